"""The cells once more, as loops over Python floats: a second method to check lstmhw against."""

import math
from collections.abc import Callable, Sequence

Vector = list[float]
Matrix = list[Vector]

FUNCTIONS: dict[str, Callable[[float], float]] = {
    "sigmoid": lambda z: 1 / (1 + math.exp(-z)) if z > -700 else 0.0,
    "tanh": math.tanh,
    "relu": lambda z: z if z > 0 else 0.0,
    "identity": lambda z: z,
    "hard-sigmoid": lambda z: min(1.0, max(0.0, z / 5 + 0.5)),
    "hard-sigmoid-6": lambda z: min(1.0, max(0.0, (z + 3) / 6)),
    "leaky-relu": lambda z: max(z, z / 100),
    "step-from-0": lambda z: 1.0 if z >= 0 else 0.0,
    "step": lambda z: 1.0 if z > 0 else 0.0,
}

STANDARD = {"gate": "sigmoid", "candidate": "tanh", "state": "tanh"}


def activate(name: str, z: Vector) -> Vector:
    if name == "softmax":
        total = math.fsum(math.exp(v - max(z)) for v in z)
        return [math.exp(v - max(z)) / total for v in z]
    return [FUNCTIONS[name](v) for v in z]


def dot(matrix: Matrix, vector: Sequence[float]) -> Vector:
    return [math.fsum(w * v for w, v in zip(row, vector, strict=True)) for row in matrix]


def add(*vectors: Sequence[float]) -> Vector:
    return [math.fsum(entries) for entries in zip(*vectors, strict=True)]


def multiply(left: Vector, right: Vector) -> Vector:
    return [a * b for a, b in zip(left, right, strict=True)]


def affine(W_x: Matrix, W_h: Matrix, b: Vector, x: Vector, h: Vector) -> Vector:
    return add(dot(W_x, x), dot(W_h, h), b)


def lstm(
    gates: dict[str, tuple[Matrix, Matrix, Vector]],
    x: Vector,
    h: Vector,
    c: Vector,
    use: dict[str, str],
) -> tuple[Vector, Vector]:
    z = {name: affine(*weights, x, h) for name, weights in gates.items()}
    i, f, o = (activate(use["gate"], z[name]) for name in "ifo")
    c = add(multiply(f, c), multiply(i, activate(use["candidate"], z["g"])))
    return multiply(o, activate(use["state"], c)), c


def gru(
    gates: dict[str, tuple[Matrix, Matrix, Vector]],
    x: Vector,
    h: Vector,
    keeps: bool,
    reset_first: bool,
) -> Vector:
    r, z = (activate("sigmoid", affine(*gates[name], x, h)) for name in "rz")
    W_x, W_h, b = gates["n"]
    recurrent = dot(W_h, multiply(r, h)) if reset_first else multiply(r, dot(W_h, h))
    n = activate("tanh", add(dot(W_x, x), recurrent, b))
    old, new = (h, n) if keeps else (n, h)
    return add(multiply(z, old), multiply([1 - v for v in z], new))
