"""Tables in Markdown."""
from measured import LIBRARIES, OURS, machine_name, peer_names

README_ROWS = [("train", "resnet20", 128), ("train", "resnet18", 16), ("train", "resnet50", 16), ("infer", "resnet20", 1),
               ("infer", "resnet18", 1), ("infer", "resnet50", 1), ("infer", "resnet18", 16), ("infer", "resnet50", 16)]
MODES = {"train": "training", "infer": "inference", "start": "start to first prediction, processes a second"}


def table(heading, *lines):
    rows = [heading, ["---"] * len(heading), *lines]
    return "\n".join("| " + " | ".join(row).rstrip() + " |" for row in rows)


def times(speed):
    return f"x {speed.times}" if speed.times else ""


def memory(speed):
    return " / ".join(speed.memory[name] for name in (OURS, speed.fastest) if name)


def listed(names):
    """PyTorch 1.13 and 2.13, ONNX Runtime 1.32: each version once, without what distinguishes configurations."""
    versions = {}
    for name in names:
        library = next(library for library in LIBRARIES if name.startswith(library))
        versions.setdefault(library, {})[name[len(library):].split()[0]] = None
    return ", ".join(f"{library} {' and '.join(found)}" for library, found in versions.items())


def wrapped(text, width=120):
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + 1 + len(word) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join(lines)


def short(speeds, machine):
    """A handful of rows beside the fastest peer, for the README."""
    rows = {speed.key: speed for speed in speeds if speed.threads == 2}
    shown = [rows[key] for key in README_ROWS if key in rows]
    caption = wrapped(f"Images a second and peak memory in MB on two threads of a {machine_name(machine)}, float32, beside the "
                      f"fastest peer ({listed(peer_names(speeds))}):")
    return caption + "\n\n" + table(
        ["", OURS, "fastest peer", "", f"{OURS} is", "memory"],
        *([f"{MODES[speed.mode]}, {speed.row}", speed.ours, speed.peers.get(speed.fastest, ""), speed.fastest,
           times(speed), memory(speed)] for speed in shown))


def whole(speeds):
    """Every row and every peer of a machine."""
    names = peer_names(speeds)
    lines, mode, row = [], None, None
    for speed in speeds:
        if speed.mode != mode:
            mode, row = speed.mode, None
            lines.append([f"**{MODES[mode]}**"] + [""] * (len(names) + 4))
        lines.append([speed.row if speed.row != row else "", str(speed.threads), speed.ours,
                      *(f"**{speed.peers[name]}**" if name == speed.fastest else speed.peers[name] for name in names),
                      times(speed), memory(speed)])
        row = speed.row
    return table(["images/s", "threads", OURS, *names, f"{OURS} is", "MB"], *lines)


def behind(speeds, machine):
    """The rows that are short of their goal."""
    short = [speed for speed in speeds if speed.times and float(speed.times) < speed.goal]
    if not short:
        return f"No row of the {machine_name(machine)} is behind."
    return f"Rows of the {machine_name(machine)} that are behind:\n\n" + table(
        ["", "threads", "goal", "reached", "short by", "fastest peer"],
        *([f"{MODES[speed.mode]}, {speed.row}", str(speed.threads), f"x {speed.goal}", times(speed),
           f"{100 - 100 * float(speed.times) / speed.goal:.1f} %", speed.fastest] for speed in short))


def milliseconds(value):
    return f"{value:.3g}" if value < 100 else f"{value:.0f}"


def floors(entries):
    return table(["milliseconds", "direct products", "products", "bytes", "measured", "products' share"],
                 *([f"{MODES[floor.mode]}, {floor.row}", *map(milliseconds, (floor.direct, floor.products, floor.bytes, floor.measured)),
                    f"{100 * floor.products / floor.measured:.0f} %"] for floor in entries))
