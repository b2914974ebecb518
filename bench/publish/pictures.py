"""The pictures of the documents."""
import math

from measured import LIBRARIES, OURS, machine_name, net_name
from svg import BLUE, GREY, OLIVE, ORANGE, RED, TEAL, VIOLET, Picture

COLOURS = {OURS: BLUE, "PyTorch": ORANGE, "ONNX Runtime": VIOLET, "OpenVINO": TEAL}
PANELS = {
    "Training": [("train", "resnet20", 128), ("train", "resnet110", 128), ("train", "resnet18", 16), ("train", "resnet50", 16)],
    "Inference, one image": [("infer", "resnet20", 1), ("infer", "resnet18", 1), ("infer", "resnet50", 1), ("infer", "vgg16", 1)],
    "Inference, batches": [("infer", "resnet20", 128), ("infer", "resnet18", 16), ("infer", "resnet50", 16), ("infer", "vgg16", 16)],
}
PANEL, MARGIN, BAR, GAP = 290, 20, 13, 3


def speeds(rows, machine):
    """Bars of residua and of each library's fastest configuration, in the scale of the row's fastest peer."""
    found = {speed.key: speed for speed in rows if speed.threads == 2}
    panels = {title: [found[key] for key in keys if key in found] for title, keys in PANELS.items()}
    bars = {speed.key: [(OURS, speed.ours)] + [(library, speed.best_of(library)) for library in LIBRARIES
                                               if speed.best_of(library)]
            for panel in panels.values() for speed in panel}
    libraries = [name for name in LIBRARIES if any(name == bar for row in bars.values() for bar, _ in row)]
    most = max(len(row) for row in bars.values())
    group = 20 + most * (BAR + GAP) + 10
    height = 118 + group * max(len(panel) for panel in panels.values())
    picture = Picture(3 * PANEL + MARGIN, height, f"Images a second on two threads of a {machine_name(machine)}",
                      "Longer is faster. Bars of a network are in scale; beside them how many times as fast as the fastest "
                      "peer residua is.")
    picture.legend(MARGIN, 76, [(name, COLOURS[name]) for name in [OURS, *libraries]], [80, 80, 120, 90])
    longest = max(float(speed.ours) / float(speed.peers[speed.fastest]) for panel in panels.values() for speed in panel)
    unit = (PANEL - MARGIN - 50) / max(longest, 1)
    for number, (title, panel) in enumerate(panels.items()):
        x, y = MARGIN + number * PANEL, 108
        picture.text(x, y - 4, title, "strong")
        for speed in panel:
            y += 20
            picture.text(x, y, speed.row)
            picture.text(x + PANEL - MARGIN, y, f"x {speed.times}", "strong", "end")
            for name, value in bars[speed.key]:
                width = unit * float(value) / float(speed.peers[speed.fastest])
                picture.bar(x, y + 5, width, BAR, COLOURS[name])
                picture.text(x + width + 5, y + 16, value, "muted")
                y += BAR + GAP
            y += 10 + (most - len(bars[speed.key])) * (BAR + GAP)
    return picture


def floors(entries):
    """Of every run's time: products at the peak, bytes at the memory's bandwidth, and what direct products would take."""
    left, top, row, scale = 230, 104, 34, 2.5  # pixels a per cent
    bottom = top + row * len(entries)
    picture = Picture(890, bottom + 44, "What a run takes at least",
                      "One thread; per cent of the measured time, which is the whole grey bar.")
    picture.legend(20, 76, [("products at the peak of the registers", BLUE), ("bytes at the bandwidth of the memory", ORANGE),
                            ("products of direct convolutions at the peak", RED)], [250, 275, 0])
    for percent in range(0, 251, 50):
        x = left + scale * percent
        picture.line([(x, top - 8), (x, bottom)])
        picture.text(x, bottom + 18, f"{percent} %", "muted", "middle")
    for number, floor in enumerate(entries):
        y = top + row * number
        share = {name: 100 * value / floor.measured for name, value in vars(floor).items() if isinstance(value, float)}
        picture.text(left - 10, y + 14, f"{'training' if floor.mode == 'train' else 'inference'}, {floor.row}", "", "end")
        picture.bar(left, y, scale * 100, 20, "rest")
        picture.bar(left, y, scale * share["products"], 12, BLUE)
        picture.bar(left, y + 12, scale * share["bytes"], 8, ORANGE)
        picture.bar(left + scale * share["direct"] - 1.5, y - 2, 3, 24, RED)
        picture.text(left + scale * share["products"] - 4, y + 10, f"{share['products']:.0f}", "inside", "end")
        picture.text(left + scale * share["direct"] + 6, y + 14, f"{share['direct']:.0f}", "muted")
    return picture


def training_step(lines):
    """Where the time of a step goes, a bar a machine."""
    left, scale, top = 70, 7.9, 104
    name, *machines = lines[0]
    picture = Picture(890, top + 44 * len(machines) + 50, "Where the time of ResNet-20's training step goes",
                      "128 images on one thread, per cent of the samples of a profile.")
    colours = [BLUE, VIOLET, TEAL, OLIVE, ORANGE, RED, GREY]
    for number, machine in enumerate(machines):
        x, y = left, 70 + 44 * number
        picture.text(left - 10, y + 20, machine, "strong", "end")
        total = sum(float(line[machine]) for line in lines)
        for line, colour in zip(lines, colours):
            width = scale * 100 * float(line[machine]) / total
            picture.bar(x, y, width, 30, colour)
            if width > 24:
                picture.text(x + width / 2, y + 20, line[machine], "inside", "middle")
            x += width
    y = 70 + 44 * len(machines) + 18
    for number, (line, colour) in enumerate(zip(lines, colours)):
        picture.legend(left + 270 * (number % 3), y + 22 * (number // 3), [(line[name], colour)], [0])
    return picture


def scaling(curves):
    """Simulated speed-ups, a panel for each way to share the work."""
    panels = {"Inference, one image": [], "Inference, batches": [], "Training": []}
    for (mode, net, batch), points in curves.items():
        title = "Training" if mode == "train" else "Inference, one image" if batch == 1 else "Inference, batches"
        panels[title].append((net, batch, points))
    side, top = 230, 120
    picture = Picture(890, top + side + 48, "Where threads stop helping",
                      "Simulated from steps measured on one thread. Speed-up over the number of threads; dashed: the ideal.")
    nets = dict.fromkeys(net for _, net, _ in curves)
    colours = dict(zip(nets, (BLUE, ORANGE, TEAL, VIOLET, RED, OLIVE)))
    picture.legend(20, 76, [(net_name(net), colour) for net, colour in colours.items()], [95] * len(nets))
    for number, (title, entries) in enumerate(panels.items()):
        left = 55 + number * PANEL

        def place(threads, speedup):
            return left + side * math.log2(threads) / 6, top + side * (1 - math.log2(max(speedup, 1)) / 6)

        batches = sorted({batch for _, batch, _ in entries})
        picture.text(left, top - 14, title + ("" if batches == [1] else f": {' or '.join(map(str, batches))} images"), "strong")
        for power in range(7):
            value = 2 ** power
            picture.line([place(value, 1), place(value, 64)])
            picture.line([place(1, value), place(64, value)])
            picture.text(place(value, 1)[0], top + side + 18, str(value), "muted", "middle")
            picture.text(left - 8, place(1, value)[1] + 4, str(value), "muted", "end")
        picture.line([place(1, 1), place(64, 64)], GREY, dashed=True)
        for net, _, points in entries:
            places = [place(*point) for point in points]
            picture.line(places, colours[net], width=2)
            for x, y in places:
                picture.dot(x, y, colours[net])
    return picture
