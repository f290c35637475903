"""What it costs, in bits, to believe something of a sheet: log2 of how seldom it happens.

A story of a sheet is priced by what was done otherwise, by where, and by the digits that it leaves
unexplained.  The prices were fitted on generated sheets, of other seeds than those that
`tests/benchmarks/marking.py` is run with to judge them.
"""

NAMES = {
    "common": 4.5,  # one of the common mistakes was made: there are some thirty
    "rare": 7.5,  # one of the rare ones
    "definition": 0.0,  # a function was taken as other books define it, where there are two
}
MISREAD = 2.0  # a number of the sheet was read as another one
ELSEWHERE = 5.0  # what is written is the value of another step or symbol
SIGN_LOST = 3.0  # an answer is written down without its sign, or with one
AGAIN = 1.0  # what was done once was done in another line as well
EVERYWHERE = 1.0  # it was done in all lines where it can be
IN_ALL_STEPS = 1.5  # in the lines of one name, or of one step, in all of them
IN_ONE_LINE = 2.5  # in one of several
IN_SOME_UNITS = 3.0  # in some numbers of a claim, not in the others
SLIP = 4.0  # a number is off for no reason, beside the bits of how far it is
ROUND_NUMBER = 6.0  # it is 0, 1 or -1 for no reason, as who makes numbers up writes
LAST_DIGIT = 3.5  # its last digit is one off
CUT = 2.0  # it is cut off, not rounded
ROUNDED = 2.0  # it is off by what rounding on the way may add up to, beside how far that is

MARGIN = 5.5  # by so many bits a name has to be the better story than none
PARTLY = 4.0  # and by more, where it leaves a wrong number unexplained
MARGIN_MORE = 2.0  # and the second name of a claim, than the first alone
TIE = 2.0  # within so many bits two stories are as good
