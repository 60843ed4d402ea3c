"""Line icons of our own, drawn as inline SVG."""

from markupsafe import Markup

_PATHS = {
    "up": '<path d="M7 10.5 11 3c1.6 0 2.5 1.1 2.2 2.6L12.7 8.5h4.1c1 0 1.8.9 1.6 1.9l-1.1 5.6c-.1.8-.8 1.3-1.6 1.3H7z"/><path d="M7 10H3.2v7.3H7"/>',
    "down": '<g transform="rotate(180 10.5 10.2)"><path d="M7 10.5 11 3c1.6 0 2.5 1.1 2.2 2.6L12.7 8.5h4.1c1 0 1.8.9 1.6 1.9l-1.1 5.6c-.1.8-.8 1.3-1.6 1.3H7z"/><path d="M7 10H3.2v7.3H7"/></g>',
    "trash": '<path d="M3.5 5.5h13M8 5.5V3.2h4v2.3M5 5.5l.8 11.3h8.4L15 5.5M8.4 8.5v5.4M11.6 8.5v5.4"/>',
    "close": '<path d="m4.5 4.5 11 11m0-11-11 11"/>',
    "chevron": '<path d="m5.5 8 4.5 4.5L14.5 8"/>',
    "eye": '<path d="M2.5 10s2.8-4.8 7.5-4.8 7.5 4.8 7.5 4.8-2.8 4.8-7.5 4.8S2.5 10 2.5 10z"/><circle cx="10" cy="10" r="2.2"/>',
    "clock": '<circle cx="10" cy="10" r="7"/><path d="M10 6v4.2l2.6 1.6"/>',
    "send": '<path d="M3.5 4.2 17 10 3.5 15.8 5 10.7 11 10 5 9.3z" fill="currentColor"/>',
    "stop": '<rect x="5.5" y="5.5" width="9" height="9" rx="1.6" fill="currentColor"/>',
    "plus": '<path d="M10 4v12M4 10h12"/>',
    "more": '<circle cx="10" cy="4.5" r=".9"/><circle cx="10" cy="10" r=".9"/><circle cx="10" cy="15.5" r=".9"/>',
    "person": '<circle cx="10" cy="7" r="3.2"/><path d="M3.8 17c.5-3.4 3-5 6.2-5s5.7 1.6 6.2 5"/>',
    "file": '<path d="M5 2.8h6.5L15.5 7v10.2H5z"/><path d="M11.3 3v4.2h4"/>',
    "compass": '<circle cx="10" cy="10" r="7.2"/><path d="m13.3 6.7-1.9 4.7-4.7 1.9 1.9-4.7z" fill="currentColor"/>',
}


def icon(name: str, size: int = 18) -> Markup:
    """An icon in the colour of the text around it."""
    drawing = Markup(_PATHS[name])
    return Markup('<svg class="icon" width="{0}" height="{0}" viewBox="0 0 20 20">{1}</svg>').format(size, drawing)
