"""What is written for a statement by its first word, with places to fill in."""

from __future__ import annotations

__all__ = ["DATA", "FILE", "LAYERS", "MODEL", "TRAIN"]

FILE = {
    "import": 'import "${1:blocks}.nnspec"',
    "param": "param ${1:name}: ${2:int} = $0",
    "model": "model ${1:Name} {\n  input ${2:features}: float32[${3:sizes}]\n  $0\n}",
    "data": "data ${1:Name} {\n  source = $0\n}",
    "train": "train ${1:name}: ${2:Model} on ${3:Data} {\n  $0\n}",
    "block": "block ${1:Name}(${2:units}: ${3:int}) {\n  $0\n}",
    "defaults": "defaults ${1:Dense} {\n  $0\n}",
    "allow": 'allow(${1:rule}, "${2:reason}")',
    "nnspec": "nnspec 1",
}
LAYERS = {
    "defaults": "defaults ${1:Dense} {\n  $0\n}",
    "repeat": "repeat ${1:3} {\n  $0\n}",
    "residual": "residual {\n  $0\n}",
    "if": "if ${1:condition} {\n  $0\n}",
    "assert": "assert ${1:condition}",
    "allow": 'allow(${1:rule}, "${2:reason}")',
}
MODEL = {
    "input": "input ${1:features}: float32[${2:sizes}]",
    "output": "output ${1:name} = $0",
    "reuse": "reuse ${1:body} = ${2:training} to ${3:layer}",
    **LAYERS,
}
DATA = {
    "input": 'input ${1:name} = ${2:column}("${3:field}")',
    "target": 'target ${1:name} = ${2:column}("${3:field}")',
    "sample_weight": 'sample_weight = ${1:column}("${2:field}")',
    "allow": 'allow(${1:rule}, "${2:reason}")',
}
TRAIN = {
    "loss": "loss = $0",
    "metrics": "metrics = [$0]",
    "phase": "phase ${1:head} {\n  $0\n}",
    "allow": 'allow(${1:rule}, "${2:reason}")',
}
