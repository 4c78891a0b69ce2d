"""Golden values of NumPy: covariance and main axes of the colours of a small picture, and eigenvalues and eigenvectors of symmetric matrices. Double precision."""

import json
import sys
from pathlib import Path

import numpy as np

random = np.random.default_rng(20120930)


def eigen(matrix):
    """Smallest value first; each vector a row, its first component above 1e-6 in size positive."""
    values, vectors = np.linalg.eigh(matrix)
    rows = [vector * np.sign(vector[np.abs(vector) > 1e-6][0]) for vector in vectors.T]
    return {"matrix": np.asarray(matrix).tolist(), "values": values.tolist(), "vectors": [row.tolist() for row in rows]}


def picture(height, width):
    """Grey that differs much, red against blue less, green against both least, as in photographs."""
    axes = np.array([[0.577, 0.577, 0.577], [0.707, 0.0, -0.707], [0.408, -0.816, 0.408]])
    pixels = 120 + (random.normal(0, 1, (height * width, 3)) * [70, 20, 8]) @ axes
    pixels = np.clip(np.rint(pixels), 0, 255).astype(int)
    covariance = np.cov(pixels, rowvar=False, bias=True)
    return {"height": height, "width": width, "pixels": pixels.ravel().tolist(), "mean": pixels.mean(axis=0).tolist(), **eigen(covariance)}


def symmetric(scales):
    half = random.normal(0, 1, (3, 3))
    return half @ np.diag(scales) @ half.T


golden = {
    "picture": picture(12, 15),
    "matrices": [eigen(symmetric(scales)) for scales in ([1, 1, 1], [1, 2, 3], [1e4, 1, 1e-3], [-1, 2, 5], [1, 0, 0])],
}
Path(sys.argv[1]).write_text(json.dumps(golden) + "\n")
