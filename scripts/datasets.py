#!/usr/bin/env python3
"""Makes data/iris.csv and data/digits.npz from the copies that scikit-learn ships.

Run in the root of the repository; needs numpy and scikit-learn. The result is the same bytes each time.
"""

import io
import zipfile

import numpy
from sklearn.datasets import load_digits, load_iris


def iris():
    data = load_iris()
    with open("data/iris.csv", "w", newline="\n") as out:
        out.write("sepal_length,sepal_width,petal_length,petal_width,species\n")
        for row, kind in zip(data.data, data.target):
            out.write(",".join(f"{x:g}" for x in row) + f",{data.target_names[kind]}\n")


def digits():
    data = load_digits()
    arrays = {"x": data.images.astype(numpy.uint8), "y": data.target.astype(numpy.uint8)}
    assert (arrays["x"] == data.images).all()
    with zipfile.ZipFile("data/digits.npz", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, array in arrays.items():
            bytes = io.BytesIO()
            numpy.save(bytes, array)
            # A date of its own would change the file with every run.
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), bytes.getvalue(), zipfile.ZIP_DEFLATED, 9)


iris()
digits()
