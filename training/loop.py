"""The training loop of both nets: a time budget, checkpoints, an average of the weights.

The learning rate rises for the first steps and falls to zero along a cosine (Loshchilov & Hutter
2017) when the budget of hours ends; what is exported is the exponential average of the weights.
"""

from __future__ import annotations

import argparse
import copy
import math
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from training.onnx_files import load_onnx_weights

__all__ = ["LoopConfig", "add_loop_arguments", "begin", "fit", "load_checkpoint", "save_checkpoint"]

Batch = tuple[torch.Tensor, ...]
Loss = Callable[[nn.Module, Any], tuple[torch.Tensor, dict[str, float]]]


@dataclass(frozen=True)
class LoopConfig:
    """`hours` is the whole budget, a resumed run's earlier time counted in."""

    hours: float
    rate: float = 2e-3
    weight_decay: float = 1e-2
    warmup_steps: int = 300
    average: float = 0.998
    clip: float = 10.0
    checkpoint_minutes: float = 3.0
    report_seconds: float = 20.0


def add_loop_arguments(parser: argparse.ArgumentParser, out: Path, batch: int) -> None:
    """The options that both training commands have; `out` and `batch` are their defaults."""
    parser.add_argument("--hours", type=float, default=1.5, help="budget, resumed time counted in")
    parser.add_argument("--out", type=Path, default=out)
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint in --out")
    parser.add_argument("--start-from", type=Path, help="an exported .onnx to start from")
    parser.add_argument("--batch", type=int, default=batch)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", help="such as cpu or cuda; a GPU where there is one")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--real", type=Path, default=Path("../shared/real"), help="real photos")


def begin(
    make: Callable[[], nn.Module], args: argparse.Namespace
) -> tuple[nn.Module, dict[str, Any] | None]:
    """The net to train, on its device, and the state of the run to go on from where `--resume`
    finds one."""
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    net = make()
    if args.start_from:
        load_onnx_weights(net, args.start_from)
    state = load_checkpoint(args.out) if args.resume else None
    if state:
        net.load_state_dict(state["net"])
    device = args.device or ("cuda" if torch.cuda.is_available() else "cpu")
    net = net.to(device=device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    parameters = sum(p.numel() for p in net.parameters())
    step = state["step"] if state else 0
    print(f"{parameters:,} parameters on {device}, from step {step}", flush=True)
    return net, state


def fit(
    net: nn.Module,
    batches: Iterator[Batch],
    loss: Loss,
    folder: Path,
    config: LoopConfig,
    state: dict[str, Any] | None = None,
) -> nn.Module:
    """Train until the budget is spent; the averaged net, also saved in `folder`/checkpoint.pt."""
    optimiser = torch.optim.AdamW(
        net.parameters(), lr=config.rate, weight_decay=config.weight_decay
    )
    averaged = copy.deepcopy(net).eval()
    device = next(net.parameters()).device
    step, spent = 0, 0.0
    if state:
        optimiser.load_state_dict(state["optimiser"])
        averaged.load_state_dict(state["averaged"])
        step, spent = state["step"], state["seconds"]
    budget, started = config.hours * 3600, time.monotonic() - spent
    saved = reported = time.monotonic()
    seen, sums = 0, dict[str, float]()
    net.train()
    with suppress(KeyboardInterrupt):  # what was learnt until then is kept
        while (elapsed := time.monotonic() - started) < budget:
            batch = _moved(next(batches), device)
            progress = elapsed / budget
            rate = config.rate * 0.5 * (1 + math.cos(math.pi * progress))
            for group in optimiser.param_groups:
                group["lr"] = rate * min(1.0, (step + 1) / config.warmup_steps)
            optimiser.zero_grad(set_to_none=True)
            value, parts = loss(net, batch)
            value.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(net.parameters(), config.clip)
            optimiser.step()
            step += 1
            _average(averaged, net, min(config.average, step / (step + 10)))
            seen += 1
            for name, part in {"loss": float(value.detach()), **parts}.items():
                sums[name] = sums.get(name, 0.0) + part
            now = time.monotonic()
            if now - reported > config.report_seconds:
                figures = "  ".join(f"{name} {total / seen:.3f}" for name, total in sums.items())
                pace = seen / (now - reported)
                left = (budget - elapsed) / 60
                print(
                    f"step {step}  {figures}  {pace:.2f} steps/s  {left:.0f} min left", flush=True
                )
                seen, sums, reported = 0, {}, now
            if now - saved > config.checkpoint_minutes * 60:
                save_checkpoint(folder, net, averaged, optimiser, step, now - started)
                saved = now
    save_checkpoint(folder, net, averaged, optimiser, step, time.monotonic() - started)
    return averaged


def _moved(batch: Batch, device: torch.device) -> Batch:
    """The same batch, of the same type, on the device."""
    tensors = (tensor.to(device, non_blocking=True) for tensor in batch)
    return type(batch)._make(tensors) if hasattr(batch, "_make") else tuple(tensors)


@torch.no_grad()
def _average(averaged: nn.Module, net: nn.Module, keep: float) -> None:
    current = net.state_dict()
    for name, value in averaged.state_dict().items():
        if value.dtype.is_floating_point:
            value.lerp_(current[name], 1 - keep)
        else:
            value.copy_(current[name])


def save_checkpoint(
    folder: Path,
    net: nn.Module,
    averaged: nn.Module,
    optimiser: torch.optim.Optimizer,
    step: int,
    seconds: float,
) -> None:
    """Write `folder`/checkpoint.pt; an interrupted write leaves the earlier file whole."""
    folder.mkdir(parents=True, exist_ok=True)
    state = {
        "net": net.state_dict(),
        "averaged": averaged.state_dict(),
        "optimiser": optimiser.state_dict(),
        "step": step,
        "seconds": seconds,
    }
    torch.save(state, folder / "checkpoint.tmp")
    (folder / "checkpoint.tmp").replace(folder / "checkpoint.pt")


def load_checkpoint(folder: Path) -> dict[str, Any] | None:
    """The last checkpoint in `folder`, or None."""
    path = folder / "checkpoint.pt"
    return torch.load(path, map_location="cpu", weights_only=True) if path.exists() else None
