"""What the widgets are drawn with: cells, lines, scrolling, tones."""
