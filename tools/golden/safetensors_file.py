"""Writes and reads named arrays as safetensors files: https://github.com/huggingface/safetensors#format"""

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


def read_safetensors(path):
    """The F32 arrays of a file by name, and its metadata."""
    content = Path(path).read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + length])
    metadata = header.pop("__metadata__", {})

    def array(shape, begin, end):
        return np.frombuffer(content, "<f4", (end - begin) // 4, 8 + length + begin).reshape(shape)

    return {name: array(entry["shape"], *entry["data_offsets"]) for name, entry in header.items()}, metadata
