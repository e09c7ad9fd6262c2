// What is seen of a picture: window, level, inversion, zoom and pan. Pure.
//
// Window and level are in grey levels of the 8-bit rendition (0-255), zoom is relative to the
// fitted picture, and pan is a fraction of the film's box: films of one size show the same part.

const WIDTH_BOUNDS = [8, 510];
const LEVEL_BOUNDS = [0, 255];
const ZOOM_BOUNDS = [0.5, 12];

export const UNTOUCHED = Object.freeze({ width: 255, level: 127.5, inverted: false, zoom: 1, panX: 0, panY: 0 });

export const within = (value, [low, high]) => Math.min(high, Math.max(low, value));

export const fitted = (view) => ({ ...view, zoom: 1, panX: 0, panY: 0 });

export const windowedBy = (view, width, level) => ({
  ...view,
  width: within(view.width + width, WIDTH_BOUNDS),
  level: within(view.level + level, LEVEL_BOUNDS),
});

// The middle of the film always shows some of the picture: it can't be lost. `fills` is the part
// of the box, across and down, that the fitted picture takes.
function keptInSight(view, fills) {
  const reach = fills.map((part) => (part * view.zoom) / 2);
  return {
    ...view,
    panX: within(view.panX, [-reach[0], reach[0]]),
    panY: within(view.panY, [-reach[1], reach[1]]),
  };
}

export const pannedBy = (view, x, y, fills) =>
  keptInSight({ ...view, panX: view.panX + x, panY: view.panY + y }, fills);

// Zoom so that what lies under (x, y), fractions of the box from its centre, stays there. From a
// zoom beyond the bounds, as 1:1 may be on a large screen, it goes no further out of them.
export function zoomedBy(view, factor, fills, x = 0, y = 0) {
  const bounds = [Math.min(ZOOM_BOUNDS[0], view.zoom), Math.max(ZOOM_BOUNDS[1], view.zoom)];
  return zoomedTo(view, within(view.zoom * factor, bounds), fills, x, y);
}

// The zoom at which one pixel of a picture of `size` pixels, `side` CSS pixels large when fitted,
// is one pixel of the screen.
export const oneToOne = (side, size, pixelRatio) => size / (side * pixelRatio);

export function zoomedTo(view, zoom, fills, x = 0, y = 0) {
  const ratio = zoom / view.zoom;
  const panX = x - (x - view.panX) * ratio;
  const panY = y - (y - view.panY) * ratio;
  return keptInSight({ ...view, zoom, panX, panY }, fills);
}

// Output = 255 (g - (level - width/2)) / width for a grey level g, as slope and intercept on 0-1.
export function transferOf({ width, level, inverted }) {
  const slope = 255 / width;
  const intercept = (width / 2 - level) / width;
  return inverted ? { slope: -slope, intercept: 1 - intercept } : { slope, intercept };
}

export const isWindowed = (view) =>
  view.inverted || view.width !== UNTOUCHED.width || view.level !== UNTOUCHED.level;

export const isMoved = (view) => view.zoom !== 1 || view.panX !== 0 || view.panY !== 0;

// A square picture of `size` pixels in a box of screen pixels: where it lies and how large it is.
export function placed(view, box, size) {
  const scale = (Math.min(box.width, box.height) / size) * view.zoom;
  return {
    scale,
    left: box.width / 2 + view.panX * box.width - (size * scale) / 2,
    top: box.height / 2 + view.panY * box.height - (size * scale) / 2,
  };
}

export const toPicture = ({ left, top, scale }, x, y) => ({ x: (x - left) / scale, y: (y - top) / scale });
