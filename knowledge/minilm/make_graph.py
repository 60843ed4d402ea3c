"""Makes minilm.onnx: the architecture of all-MiniLM-L6-v2 as a graph without weights, computed in 8-bit integers.

Run it only when the graph itself is to change; it needs the `onnx` package, which the bot does not:

    python -m venv /tmp/onnx && /tmp/onnx/bin/pip install onnx numpy
    /tmp/onnx/bin/python knowledge/minilm/make_graph.py knowledge/minilm/minilm.onnx

The architecture is BERT's (Devlin et al. 2019) with 6 layers, 12 heads and hidden size 384. The graph takes the rows that
the word pieces of one text have in the table of word pieces and gives the state of each: the table, four fifths of the
weights, stays on disk and is shared by all sessions. Weights are initialisers that `knowledge.minilm.model` supplies when a
session is opened, so that one graph serves every set of them. Linear layers multiply 8-bit integers: weights are scaled
by output, activations by word piece, which keeps the cosine with the 32-bit states at 0.998 and takes less than half the
time. Both are unsigned with 128 as their zero: of unsigned by signed integers onnxruntime adds two products in 16 bits on
processors without VNNI, which overflow and give other states. A text is never computed together with another, so its states depend on nothing but itself.
"""

import math
import sys
from pathlib import Path

import onnx
from onnx import TensorProto, helper

LAYERS, HEADS, HIDDEN, WIDE, EPSILON = 6, 12, 384, 1536, 1e-12
HEAD = HIDDEN // HEADS
POSITIONS, KINDS = 512, 2


class Graph:
    """Nodes and initialisers as they are added; every method returns the name of what it computes."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.initialisers: dict[str, onnx.TensorProto] = {}

    def op(self, kind: str, *inputs: str, **attributes: object) -> str:
        """Add a node with one output."""
        name = f"{kind.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def weight(self, name: str, dims: list[int], kind: int = TensorProto.FLOAT) -> str:
        """A tensor that is supplied when a session is opened."""
        if name not in self.initialisers:
            tensor = TensorProto(name=name, data_type=kind, dims=dims, data_location=TensorProto.EXTERNAL)
            size = math.prod(dims) * (1 if kind == TensorProto.UINT8 else 4)
            for key, value in {"location": "supplied", "offset": "0", "length": str(size)}.items():
                tensor.external_data.add(key=key, value=value)
            self.initialisers[name] = tensor
        return name

    def constant(self, name: str, kind: int, shape: list[int], values: list[float]) -> str:
        """A small tensor kept in the graph itself."""
        self.initialisers.setdefault(name, helper.make_tensor(name, kind, shape, values))
        return name

    def quantised(self, x: str) -> tuple[str, str]:
        """The rows of x as 8-bit integers around 128, and the scale of each row."""
        last = self.constant("last_axis", TensorProto.INT64, [1], [-1])
        tiny = self.constant("tiny", TensorProto.FLOAT, [], [1e-8])
        step = self.constant("step", TensorProto.FLOAT, [], [1 / 127])
        middle = self.constant("middle", TensorProto.FLOAT, [], [128.0])
        largest = self.op("ReduceMax", self.op("Abs", x), last, keepdims=1)
        scale = self.op("Mul", self.op("Max", largest, tiny), step)
        rounded = self.op("Add", self.op("Round", self.op("Div", x, scale)), middle)
        return self.op("Cast", rounded, to=TensorProto.UINT8), scale

    def linear(self, x: tuple[str, str], layer: str, inputs: int, outputs: int) -> str:
        """Quantised rows times the layer's weights (in, out), scaled back, plus its bias."""
        zero_point = self.constant("zero_point", TensorProto.UINT8, [], [128])
        weights = self.weight(f"{layer}.weight", [inputs, outputs], TensorProto.UINT8)
        multiplied = self.op("MatMulInteger", x[0], weights, zero_point, zero_point)
        product = self.op("Cast", multiplied, to=TensorProto.FLOAT)
        scaled = self.op("Mul", self.op("Mul", product, x[1]), self.weight(f"{layer}.scale", [outputs]))
        return self.op("Add", scaled, self.weight(f"{layer}.bias", [outputs]))

    def norm(self, x: str, layer: str) -> str:
        """Layer normalisation over the last axis."""
        scale, bias = self.weight(f"{layer}.weight", [HIDDEN]), self.weight(f"{layer}.bias", [HIDDEN])
        return self.op("LayerNormalization", x, scale, bias, axis=-1, epsilon=EPSILON)


def build() -> onnx.ModelProto:
    """The whole model: `pieces`, the rows of word pieces, to `states`, both float32 of shape (pieces, 384)."""
    graph = Graph()
    x = _embeddings(graph)
    for number in range(LAYERS):
        x = _layer(graph, x, f"encoder.layer.{number}")
    graph.nodes.append(helper.make_node("Identity", [x], ["states"]))
    pieces = helper.make_tensor_value_info("pieces", TensorProto.FLOAT, ["count", HIDDEN])
    states = helper.make_tensor_value_info("states", TensorProto.FLOAT, ["count", HIDDEN])
    whole = helper.make_graph(graph.nodes, "MiniLM-L6", [pieces], [states], list(graph.initialisers.values()))
    return helper.make_model(whole, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)


def _embeddings(graph: Graph) -> str:
    zero = graph.constant("zero", TensorProto.INT64, [], [0])
    one = graph.constant("one", TensorProto.INT64, [], [1])
    count = graph.op("Squeeze", graph.op("Shape", "pieces", start=0, end=1))
    positions = graph.op("Range", zero, count, one)
    table = graph.weight("embeddings.position_embeddings.weight", [POSITIONS, HIDDEN])
    kind = graph.op("Gather", graph.weight("embeddings.token_type_embeddings.weight", [KINDS, HIDDEN]), zero)
    x = graph.op("Add", graph.op("Add", "pieces", graph.op("Gather", table, positions)), kind)
    return graph.norm(x, "embeddings.LayerNorm")


def _layer(graph: Graph, x: str, layer: str) -> str:
    by_head = graph.constant("by_head", TensorProto.INT64, [3], [-1, HEADS, HEAD])
    flat = graph.constant("flat", TensorProto.INT64, [2], [-1, HIDDEN])
    root = graph.constant("root", TensorProto.FLOAT, [], [HEAD**-0.5])
    rows = graph.quantised(x)

    def heads(projection: str, order: list[int]) -> str:
        projected = graph.linear(rows, f"{layer}.attention.self.{projection}", HIDDEN, HIDDEN)
        return graph.op("Transpose", graph.op("Reshape", projected, by_head), perm=order)

    query, key, value = heads("query", [1, 0, 2]), heads("key", [1, 2, 0]), heads("value", [1, 0, 2])
    weights = graph.op("Softmax", graph.op("Mul", graph.op("MatMul", query, key), root), axis=-1)
    mixed = graph.op("Reshape", graph.op("Transpose", graph.op("MatMul", weights, value), perm=[1, 0, 2]), flat)
    attended = graph.linear(graph.quantised(mixed), f"{layer}.attention.output.dense", HIDDEN, HIDDEN)
    x = graph.norm(graph.op("Add", attended, x), f"{layer}.attention.output.LayerNorm")
    wide = graph.op("Gelu", graph.linear(graph.quantised(x), f"{layer}.intermediate.dense", HIDDEN, WIDE))
    narrow = graph.linear(graph.quantised(wide), f"{layer}.output.dense", WIDE, HIDDEN)
    return graph.norm(graph.op("Add", narrow, x), f"{layer}.output.LayerNorm")


if __name__ == "__main__":
    onnx.save(build(), Path(sys.argv[1]))
