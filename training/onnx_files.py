"""A trained net as an ONNX file that says how it is to be fed, and the way back from one.

Batch norms stay nodes of their own and initialisers keep the names of the net's state dict, so that
training goes on from the file on any machine; ONNX Runtime folds them when it loads. Weights are
stored in half precision, which halves the file; the net computes in single precision.
"""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import helper, numpy_helper
from torch import Tensor, nn

__all__ = ["blend_onnx_weights", "load_onnx_weights", "write_onnx"]

TOLERANCE = 1e-3
"""Largest difference allowed between PyTorch's and ONNX Runtime's outputs, relative to their size.
"""


def write_onnx(
    served: nn.Module,
    example: Tensor,
    path: Path,
    outputs: Sequence[str],
    metadata: dict[str, str],
    dynamic: Sequence[int] = (0,),
) -> float:
    """Write `served`, a wrapper whose net is called `net`, and give the largest relative difference
    that ONNX Runtime shows to PyTorch on noise of the example's shape. The weights of `served` are
    rounded to half precision, as they are stored.

    `dynamic` names the axes of the input, called `input`, that may have any size.

    Raises:
        RuntimeError: the two runtimes disagree.
    """
    served.eval()
    _round_to_halves(served)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        draft = Path(folder) / path.name
        torch.onnx.export(
            served,
            (example,),
            str(draft),
            input_names=["input"],
            output_names=list(outputs),
            dynamic_shapes=(dict.fromkeys(dynamic, torch.export.Dim.AUTO),),
            opset_version=18,
            dynamo=True,
            external_data=False,
            optimize=False,
            verbose=False,
        )
        model = onnx.load(str(draft))
    _tidy(model)
    _store_halves(model.graph)
    for key, value in metadata.items():
        model.metadata_props.add(key=key, value=value)
    onnx.checker.check_model(model)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_bytes(model.SerializeToString())
    difference = _difference(served, part, tuple(example.shape))
    if difference > TOLERANCE:
        raise RuntimeError(f"ONNX Runtime differs from PyTorch by {difference:.4f}")
    part.replace(path)
    return difference


def load_onnx_weights(net: nn.Module, path: Path) -> None:
    """Fill `net` with the weights stored in an exported file.

    Raises:
        RuntimeError: the file lacks a weight of the net, or has it in another shape.
    """
    found = {
        tensor.name: _single(torch.from_numpy(numpy_helper.to_array(tensor).copy()))
        for tensor in onnx.load(str(path)).graph.initializer
    }
    wanted = net.state_dict()
    counters = {name for name in wanted if name.endswith("num_batches_tracked")}
    missing = sorted(set(wanted) - set(found) - counters)
    if missing:
        raise RuntimeError(f"{path.name} lacks {', '.join(missing)}")
    net.load_state_dict({k: found.get(k, v) for k, v in wanted.items()})


def blend_onnx_weights(net: nn.Module, earlier: Path, share: float) -> None:
    """Leave `net` `share` of the way from the weights in the file `earlier`, from which it was
    trained on, to its own: much of what is new stays, and less of what was known is lost (Wortsman
    et al. 2022, WiSE-FT).

    Raises:
        RuntimeError: the file lacks a weight of the net, or has it in another shape.
    """
    own = {name: value.clone() for name, value in net.state_dict().items()}
    load_onnx_weights(net, earlier)
    net.load_state_dict(
        {
            name: value.lerp(own[name], share) if value.is_floating_point() else own[name]
            for name, value in net.state_dict().items()
        }
    )


def _single(tensor: Tensor) -> Tensor:
    """Halves as single precision, anything else as it is."""
    return tensor.float() if tensor.dtype == torch.float16 else tensor


@torch.no_grad()
def _round_to_halves(net: nn.Module) -> None:
    """Give the weights of more than one dimension values that half precision holds; norms and
    biases, few and added up, keep theirs."""
    for parameter in net.parameters():
        if parameter.dim() > 1:
            parameter.copy_(parameter.half().float())


def _store_halves(graph: onnx.GraphProto) -> None:
    """Store what `_round_to_halves` rounded as such, each behind a cast, which ONNX Runtime folds
    when it loads."""
    casts = []
    for initialiser in graph.initializer:
        values = numpy_helper.to_array(initialiser)
        if values.dtype != np.float32 or values.ndim < 2:
            continue
        halves = values.astype(np.float16)
        if not np.array_equal(halves, values):
            continue  # a constant of the exporter's own
        name, wide = initialiser.name, f"{initialiser.name}.single"
        initialiser.CopyFrom(numpy_helper.from_array(halves, name))
        for node in graph.node:
            for n, source in enumerate(node.input):
                if source == name:
                    node.input[n] = wide
        casts.append(helper.make_node("Cast", [name], [wide], to=onnx.TensorProto.FLOAT))
    for cast in reversed(casts):
        graph.node.insert(0, cast)


def _tidy(model: onnx.ModelProto) -> None:
    """Names without the wrapper's prefix; what else the exporter leaves behind goes."""
    for initialiser in model.graph.initializer:
        initialiser.name = initialiser.name.removeprefix("net.")
    for node in model.graph.node:
        for n, name in enumerate(node.input):
            node.input[n] = name.removeprefix("net.")
        node.ClearField("metadata_props")
        node.ClearField("doc_string")
    _drop_zero_biases(model.graph)
    model.graph.ClearField("metadata_props")
    model.graph.ClearField("value_info")
    for value in (*model.graph.input, *model.graph.output):
        value.ClearField("metadata_props")


def _drop_zero_biases(graph: onnx.GraphProto) -> None:
    """Convolutions without a bias stay so. The exporter gives them one of zeros, which it makes
    from what comes in: not known when the file is loaded, so no batch norm is folded into them."""
    source = {output: node for node in graph.node for output in node.output}

    def is_zero(name: str) -> bool:
        node = source.get(name)
        if node is None:
            return False
        if node.op_type == "Constant":
            return not numpy_helper.to_array(node.attribute[0].t).any()
        return node.op_type in ("Expand", "Cast", "CastLike") and is_zero(node.input[0])

    for node in graph.node:
        if node.op_type == "Conv" and len(node.input) == 3 and is_zero(node.input[2]):
            del node.input[2]
    _drop_unused(graph)


def _drop_unused(graph: onnx.GraphProto) -> None:
    """Nodes that nothing comes of."""
    wanted = {value.name for value in graph.output}
    for node in reversed(list(graph.node)):  # they stand in the order in which they are run
        if wanted.isdisjoint(node.output):
            graph.node.remove(node)
        else:
            wanted.update(node.input)


def _difference(served: nn.Module, path: Path, shape: tuple[int, ...]) -> float:
    noise = np.random.default_rng(0).random(shape, np.float32)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    theirs: Any = session.run(None, {"input": noise})
    with torch.no_grad():
        ours = served(torch.from_numpy(noise))
    ours = (ours,) if isinstance(ours, Tensor) else ours
    return max(
        float(np.abs(a.numpy() - b).max() / max(1.0, float(np.abs(b).max())))
        for a, b in zip(ours, theirs, strict=True)
    )
