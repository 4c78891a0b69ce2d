"""Writes named arrays as a safetensors file: https://github.com/huggingface/safetensors#format"""

import json
import struct
from pathlib import Path

import numpy as np


def write_safetensors(path, tensors, metadata):
    """tensors: name -> array, stored as F32. metadata: name -> text. Equal content gives equal bytes."""
    header, chunks, end = {"__metadata__": metadata}, [], 0
    for name in sorted(tensors):
        chunk = np.ascontiguousarray(tensors[name], dtype="<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": list(np.shape(tensors[name])), "data_offsets": [end, end + len(chunk)]}
        chunks.append(chunk)
        end += len(chunk)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_bytes(struct.pack("<Q", len(text)) + text + b"".join(chunks))
