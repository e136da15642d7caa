"""Size, colours and styles of the animation."""

WIDTH, HEIGHT, EDGE = 1000, 604, 36
INNER = WIDTH - 2 * EDGE
COLOURS = {"digit": "#56B4E9", "sum": "#E69F00", "wrong": "#D55E00"}
"""from Okabe and Ito's palette, which colour-blind people can tell apart"""
PAPER, TRACK, LINE, MUTED, INK = "#10151c", "#2a313a", "#3d444d", "#8b949e", "#e6edf3"
DASHES = {"digit": "none", "sum": "7 3"}
"""line styles, so that the curves can be told apart without colours"""
STYLE = f"""
text{{font:16px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:{INK};white-space:pre}}
.small{{font-size:14px}}.large{{font-size:48px;font-weight:600}}.said{{font-size:20px;font-weight:600}}
.bold{{font-weight:600}}.muted{{fill:{MUTED}}}.right{{text-anchor:end}}.middle{{text-anchor:middle}}
.digit{{fill:{COLOURS["digit"]}}}.sum{{fill:{COLOURS["sum"]}}}.wrong{{fill:{COLOURS["wrong"]}}}
"""
