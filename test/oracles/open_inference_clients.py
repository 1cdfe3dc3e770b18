"""Runs real clients of the Open Inference Protocol against a running `mlx serve`, and compares what they are told.

    pip install 'tritonclient[all]' kserve aiohttp requests numpy pandas
    mlx serve adult bike --port 8080 --grpc-port 8081
    python3 test/oracles/open_inference_clients.py --http 127.0.0.1:8080 --grpc 127.0.0.1:8081 \
        adult=adult_train.csv bike=bike_hour.csv
    python3 test/oracles/open_inference_clients.py --clients kserve ... (the same)

Each client gets the same rows of each table; every answer must be the one that /batch_predict gives for those rows.
Clients that are not installed are left out, and that is said. Exit 1 if anything differs.
"""
import argparse
import asyncio
import importlib.metadata
import sys

import numpy as np
import pandas as pd
import requests

ROWS = 300


def version(name):
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "from source"


def read_columns(inputs, path):
    """The columns that the metadata names, as numpy has them: [rows, 1] each."""
    table = pd.read_csv(path, nrows=ROWS, keep_default_na=False, dtype=str)
    columns = {}
    for tensor in inputs:
        texts = table[tensor["name"]]
        try:
            values = texts.replace("", "nan").astype(np.float64).to_numpy()
            if tensor["datatype"] == "BYTES":
                raise ValueError
            if tensor["datatype"] == "INT64" and not np.isnan(values).any():
                values = values.astype(np.int64)
        except ValueError:
            values = texts.to_numpy(dtype=object)
        columns[tensor["name"]] = values.reshape(-1, 1)
    return columns


DATATYPES = {"float64": "FP64", "int64": "INT64", "object": "BYTES"}


def tensors(module, columns, **options):
    made = []
    for name, values in columns.items():
        tensor = module.InferInput(name, list(values.shape), DATATYPES[str(values.dtype)])
        tensor.set_data_from_numpy(values, **options)
        made.append(tensor)
    return made


def reference(address, model, columns):
    """Predictions of /batch_predict: the first output, and probabilities if there are any."""
    rows = [
        {name: (None if value != value else value) for name, value in zip(columns, record)}
        for record in zip(*(values.ravel().tolist() for values in columns.values()))
    ]
    answer = requests.post(f"http://{address}/batch_predict", json={"model": model, "rows": rows})
    answer.raise_for_status()
    predictions = answer.json()["predictions"]
    first = [prediction["prediction"] for prediction in predictions]
    if predictions[0]["probabilities"] is None:
        return {"prediction": np.array(first, dtype=np.float32)}
    shares = [list(prediction["probabilities"].values()) for prediction in predictions]
    return {"label": np.array(first), "probabilities": np.array(shares, dtype=np.float32)}


def same(result, expected):
    for name, values in expected.items():
        got = result.as_numpy(name)
        if got.dtype == object:
            got = np.array([text.decode() if isinstance(text, bytes) else text for text in got.ravel()]).reshape(got.shape)
        if not np.array_equal(got, values):
            return False
    return True


WAYS = [
    ("binary", dict(binary_data=True), dict()),
    ("JSON", dict(binary_data=False), dict()),
    ("gzip both ways", dict(binary_data=True), dict(request_compression_algorithm="gzip", response_compression_algorithm="gzip")),
    ("deflate both ways", dict(binary_data=True), dict(request_compression_algorithm="deflate", response_compression_algorithm="deflate")),
    ("a version", dict(binary_data=True), dict(model_version="1")),
]


def with_triton_http(address, models):
    import tritonclient.http as triton

    client = triton.InferenceServerClient(address)
    yield "live, ready, metadata", client.is_server_live() and client.is_server_ready() and (
        "binary_tensor_data" in client.get_server_metadata()["extensions"]
    )
    yield "repository index", [entry["name"] for entry in client.get_model_repository_index()] == list(models)
    for model, (columns, expected) in models.items():
        yield f"{model}: ready", client.is_model_ready(model)
        for what, how, options in WAYS:
            yield f"{model}: {what}", same(client.infer(model, tensors(triton, columns, **how), **options), expected)
        wanted = [triton.InferRequestedOutput(name, binary_data=False) for name in expected]
        yield f"{model}: outputs as JSON", same(client.infer(model, tensors(triton, columns), outputs=wanted), expected)
        named = client.infer(model, tensors(triton, columns), request_id="7").get_response()
        yield f"{model}: id", named["id"] == "7"
    yield "unknown model is an error", refused(lambda: client.infer("nobody", []), triton, "nobody")


def refused(call, triton, word):
    try:
        call()
    except triton.InferenceServerException as error:
        return word in str(error)
    return False


def with_triton_aio(address, models):
    import tritonclient.http.aio as triton

    async def answers():
        found = []
        async with triton.InferenceServerClient(address) as client:
            found.append(("live, ready, metadata", await client.is_server_live() and await client.is_server_ready()))
            for model, (columns, expected) in models.items():
                metadata = await client.get_model_metadata(model)
                found.append((f"{model}: metadata", [tensor["name"] for tensor in metadata["inputs"]] == list(columns)))
                for what, how, options in WAYS:
                    result = await client.infer(model, tensors(triton, columns, **how), **options)
                    found.append((f"{model}: {what}", same(result, expected)))
        return found

    yield from asyncio.run(answers())


def with_triton_grpc(address, models):
    import tritonclient.grpc as triton

    client = triton.InferenceServerClient(address)
    yield "live, ready, metadata", client.is_server_live() and client.is_server_ready() and (
        client.get_server_metadata().name == "mlx"
    )
    for model, (columns, expected) in models.items():
        yield f"{model}: ready", client.is_model_ready(model)
        metadata = client.get_model_metadata(model)
        yield f"{model}: metadata", [tensor.name for tensor in metadata.inputs] == list(columns)
        for what, options in [("raw", {}), ("a version", {"model_version": "1"}), ("gzip", {"compression_algorithm": "gzip"})]:
            result = client.infer(model, tensors(triton, columns), client_timeout=30, **options)
            yield f"{model}: {what}", same(result, expected)
        yield f"{model}: id", client.infer(model, tensors(triton, columns), request_id="7").get_response().id == "7"
    yield "unknown model is NOT_FOUND", refused(lambda: client.infer("nobody", []), triton, "NOT_FOUND")


def kserve_request(model, columns, binary):
    from kserve import InferInput, InferRequest

    made = []
    for name, values in columns.items():
        tensor = InferInput(name, list(values.shape), DATATYPES[str(values.dtype)])
        tensor.set_data_from_numpy(values, binary_data=binary)
        made.append(tensor)
    return InferRequest(model, made, request_id="7", parameters={"binary_data_output": binary})


class KserveResult:
    """Has the outputs as those of Triton's clients."""

    def __init__(self, response):
        self.response = response

    def as_numpy(self, name):
        return self.response.get_output_by_name(name).as_numpy()


def with_kserve_rest(address, models):
    from kserve import InferenceRESTClient, RESTConfig

    async def answers():
        url = f"http://{address}"
        client = InferenceRESTClient(RESTConfig(protocol="v2"))
        found = [("live, ready", await client.is_server_live(url) and await client.is_server_ready(url))]
        for model, (columns, expected) in models.items():
            found.append((f"{model}: ready", await client.is_model_ready(url, model)))
            for what, binary in [("binary", True), ("JSON", False)]:
                response = await client.infer(url, kserve_request(model, columns, binary), model_name=model)
                found.append((f"{model}: {what}", same(KserveResult(response), expected) and response.id == "7"))
        await client.close()
        return found

    yield from asyncio.run(answers())


def with_kserve_grpc(address, models):
    from kserve import InferenceGRPCClient

    async def answers():
        async with InferenceGRPCClient(address) as client:
            found = [("live, ready", await client.is_server_live() and await client.is_server_ready())]
            for model, (columns, expected) in models.items():
                found.append((f"{model}: ready", await client.is_model_ready(model)))
                for what, binary in [("raw", True), ("typed contents", False)]:
                    response = await client.infer(kserve_request(model, columns, binary))
                    found.append((f"{model}: {what}", same(KserveResult(response), expected) and response.id == "7"))
            return found

    yield from asyncio.run(answers())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--http", required=True)
    parser.add_argument("--grpc")
    # Two clients over gRPC do not get along in one process: both bring the same protocol file.
    parser.add_argument("--clients", default="tritonclient", help="tritonclient or kserve")
    parser.add_argument("tables", nargs="+", help="model=table.csv")
    options = parser.parse_args()
    models = {}
    for name, path in (table.split("=", 1) for table in options.tables):
        metadata = requests.get(f"http://{options.http}/v2/models/{name}").json()
        columns = read_columns(metadata["inputs"], path)
        models[name] = (columns, reference(options.http, name, columns))
    runs = [
        ("tritonclient.http", options.http, with_triton_http),
        ("tritonclient.http.aio", options.http, with_triton_aio),
        ("tritonclient.grpc", options.grpc, with_triton_grpc),
        ("kserve InferenceRESTClient", options.http, with_kserve_rest),
        ("kserve InferenceGRPCClient", options.grpc, with_kserve_grpc),
    ]
    wrong = 0
    print(", ".join(f"{name} {version(name)}" for name in ("tritonclient", "kserve", "aiohttp", "httpx", "grpcio", "numpy")))
    for client, address, run in runs:
        if address is None or not client.startswith(options.clients):
            continue
        try:
            results = list(run(address, models))
        except (ImportError, RuntimeError) as error:
            print(f"{client}: left out ({error})")
            continue
        failed = [what for what, is_right in results if not is_right]
        wrong += len(failed)
        print(f"{client}: {len(results) - len(failed)} of {len(results)} as /batch_predict has it", *failed, sep="\n  ")
    sys.exit(1 if wrong else 0)


main()
