"""Records what clients of the Open Inference Protocol put on the wire, byte for byte.

    pip install 'tritonclient[http]' aiohttp requests numpy
    python3 test/oracles/open_inference_requests.py > test/golden/open_inference_requests.json

Each request is for the model of test/serving/fixtures/model.ts: a number, a category and a boolean. The server here
answers nothing useful; the tests play the bytes to a server of ours.
"""
import asyncio
import base64
import importlib.metadata
import json
import os
import socket
import sys
import threading

import numpy as np
import requests
import tritonclient.http as triton
import tritonclient.http.aio as triton_aio

AMOUNT = np.array([[4.0], [np.nan]])
KIND = np.array([["b"], ["b"]], dtype=object)
MEMBER = np.array([[True], [False]])


class Recorder:
    """Takes one connection after another and keeps the bytes of their requests."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.requests = []
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            connection, _ = self.socket.accept()
            data = b""
            while b"\r\n\r\n" not in data:
                data += connection.recv(65536)
            head, body = data.split(b"\r\n\r\n", 1)
            length = 0
            for line in head.split(b"\r\n"):
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            while len(body) < length:
                body += connection.recv(65536)
            self.requests.append(head + b"\r\n\r\n" + body)
            answer = b'{"outputs":[]}'
            connection.sendall(b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: %d\r\n\r\n%s" % (len(answer), answer))
            connection.close()

    def last(self):
        # The port is another one each time.
        return self.requests[-1].replace(b"127.0.0.1:%d" % self.port, b"127.0.0.1:8080")


def inputs(module, binary=True, floats=np.float64):
    tensors = [
        module.InferInput("amount", [2, 1], {np.float64: "FP64", np.float32: "FP32", np.float16: "FP16"}[floats]),
        module.InferInput("kind", [2, 1], "BYTES"),
        module.InferInput("member", [2, 1], "BOOL"),
    ]
    for tensor, values in zip(tensors, [AMOUNT.astype(floats), KIND, MEMBER]):
        tensor.set_data_from_numpy(values, binary_data=binary)
    return tensors


CASES = [
    ("binary both ways, as by default", dict()),
    ("JSON in, all outputs binary", dict(binary=False)),
    ("JSON both ways", dict(binary=False, outputs=[("label", False), ("probabilities", False)])),
    ("binary in, one output as JSON and one binary", dict(outputs=[("label", False), ("probabilities", True)])),
    ("an id and parameters", dict(request_id="abc", parameters={"note": "x", "depth": 3})),
    ("half precision", dict(floats=np.float16)),
    ("gzip", dict(request_compression_algorithm="gzip", response_compression_algorithm="gzip")),
    ("deflate", dict(request_compression_algorithm="deflate", response_compression_algorithm="deflate")),
    ("a classification", dict(classes=1)),
    ("a version", dict(model_version="2")),
]


def call(client, module, binary=True, floats=np.float64, outputs=None, classes=0, **options):
    asked = None
    if outputs is not None:
        asked = [module.InferRequestedOutput(name, binary_data=flag) for name, flag in outputs]
    if classes:
        asked = [module.InferRequestedOutput("probabilities", binary_data=False, class_count=classes)]
    return client.infer("churn", inputs(module, binary, floats), outputs=asked, **options)


def version(name):
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return os.environ.get("FROM_SOURCE", "from source")


def main():
    recorder = Recorder()
    address = f"127.0.0.1:{recorder.port}"
    recorded = []

    def keep(client, what):
        recorded.append({"client": client, "what": what, "request": base64.b64encode(recorder.last()).decode()})

    for what, options in CASES:
        call(triton.InferenceServerClient(address), triton, **options)
        keep("tritonclient.http", what)

    async def with_aio():
        for what, options in CASES:
            async with triton_aio.InferenceServerClient(address) as client:
                await call(client, triton_aio, **options)
            keep("tritonclient.http.aio", what)

    asyncio.run(with_aio())
    tensors = [
        {"name": "amount", "shape": [2], "datatype": "FP64", "data": [4.0, float("nan")]},
        {"name": "kind", "shape": [2], "datatype": "BYTES", "data": ["b", "b"]},
        {"name": "member", "shape": [2], "datatype": "BOOL", "data": [True, False]},
    ]
    body = json.dumps({"inputs": tensors})
    requests.post(f"http://{address}/v2/models/churn/infer", data=body)
    keep("requests", "JSON with a bare NaN and no content type")
    clients = {
        "tritonclient": version("tritonclient"),
        "aiohttp": version("aiohttp"),
        "requests": version("requests"),
    }
    json.dump({"clients": clients, "recorded": recorded}, sys.stdout, indent=1)
    print()


main()
