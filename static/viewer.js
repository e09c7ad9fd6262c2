// The film on the light box: window/level, zoom, pan and invert of one radiograph.
//
// Every case brings its own <div data-film>, so a new case starts from the untouched image without
// anything to reset. Window and level are in grey levels of the 8-bit rendition (0-255), zoom is
// relative to the fitted image, and pan is a fraction of the film's box, so that resizing the
// window keeps what the reader has set.

const WHOLE_WINDOW = { width: 255, level: 127.5 };
const WIDTH_BOUNDS = [8, 510];
const LEVEL_BOUNDS = [0, 255];
const ZOOM_BOUNDS = [0.5, 12];
const GREY_LEVELS_PER_PIXEL = 0.5; // gentle: the whole range takes a drag across half a screen
const KEY_STEP = 8; // grey levels a key press
const PAN_STEP = 0.06; // of the film a key press
const ZOOM_STEP = 1.25;
const CLICK_SLACK = 3; // pixels a hand may tremble in a click without windowing the image
const DOUBLE_TAP_MS = 320;
const DOUBLE_TAP_PIXELS = 32;

const SVG = "http://www.w3.org/2000/svg";
const within = (value, [low, high]) => Math.min(high, Math.max(low, value));

class Film {
  constructor(box) {
    this.box = box;
    this.image = box.querySelector("img");
    this.legend = box.parentElement.querySelector("[data-legend]");
    this.readout = this.legend.querySelector("[data-readout]");
    this.pointers = new Map();
    this.gesture = null;
    this.lastTap = null;
    this.drawing = false;
    this.transfers = this.addFilter();
    this.reset();
    this.listen();
    box.tabIndex = 0;
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", "Radiograph. Arrow keys pan, shift with arrow keys windows.");
    this.legend.hidden = false;
  }

  addFilter() {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("width", "0");
    svg.setAttribute("height", "0");
    svg.setAttribute("aria-hidden", "true");
    svg.style.position = "absolute";
    const filter = document.createElementNS(SVG, "filter");
    filter.id = "window-level";
    // linearRGB, the default, would bend the grey scale.
    filter.setAttribute("color-interpolation-filters", "sRGB");
    for (const [name, value] of [["x", "0"], ["y", "0"], ["width", "1"], ["height", "1"]]) {
      filter.setAttribute(name, value);
    }
    const transfer = document.createElementNS(SVG, "feComponentTransfer");
    const channels = ["feFuncR", "feFuncG", "feFuncB"].map((name) => {
      const channel = document.createElementNS(SVG, name);
      channel.setAttribute("type", "linear");
      transfer.append(channel);
      return channel;
    });
    filter.append(transfer);
    svg.append(filter);
    this.box.after(svg);
    return channels;
  }

  reset() {
    this.width = WHOLE_WINDOW.width;
    this.level = WHOLE_WINDOW.level;
    this.inverted = false;
    this.fit();
  }

  fit() {
    this.zoom = 1;
    this.panX = 0;
    this.panY = 0;
    this.draw();
  }

  invert() {
    this.inverted = !this.inverted;
    this.draw();
  }

  windowBy(width, level) {
    this.width = within(this.width + width, WIDTH_BOUNDS);
    this.level = within(this.level + level, LEVEL_BOUNDS);
    this.draw();
  }

  panBy(x, y) {
    this.panX += x;
    this.panY += y;
    this.keepInSight();
    this.draw();
  }

  // Zoom so that what lies under (x, y), fractions of the box from its centre, stays there.
  zoomBy(factor, x = 0, y = 0) {
    const zoom = within(this.zoom * factor, ZOOM_BOUNDS);
    const ratio = zoom / this.zoom;
    this.panX = x - (x - this.panX) * ratio;
    this.panY = y - (y - this.panY) * ratio;
    this.zoom = zoom;
    this.keepInSight();
    this.draw();
  }

  // The middle of the film always shows some of the image: it can't be lost.
  keepInSight() {
    const box = this.box.getBoundingClientRect();
    const side = Math.min(
      box.width / (this.image.naturalWidth || 1),
      box.height / (this.image.naturalHeight || 1),
    );
    const reachX = (this.image.naturalWidth * side * this.zoom) / box.width / 2;
    const reachY = (this.image.naturalHeight * side * this.zoom) / box.height / 2;
    this.panX = within(this.panX, [-reachX, reachX]);
    this.panY = within(this.panY, [-reachY, reachY]);
  }

  draw() {
    if (this.drawing) return;
    this.drawing = true;
    requestAnimationFrame(() => {
      this.drawing = false;
      this.show();
    });
  }

  show() {
    const untouched =
      this.width === WHOLE_WINDOW.width && this.level === WHOLE_WINDOW.level && !this.inverted;
    let slope = 255 / this.width;
    let intercept = (this.width / 2 - this.level) / this.width;
    if (this.inverted) {
      slope = -slope;
      intercept = 1 - intercept;
    }
    for (const channel of this.transfers) {
      channel.setAttribute("slope", slope);
      channel.setAttribute("intercept", intercept);
    }
    // An untouched image passes through no filter at all.
    this.image.style.filter = untouched ? "" : "url(#window-level)";
    const moved = this.zoom !== 1 || this.panX !== 0 || this.panY !== 0;
    this.image.style.transform = moved
      ? `translate(${this.panX * 100}%, ${this.panY * 100}%) scale(${this.zoom})`
      : "";
    this.readout.textContent =
      `W ${Math.round(this.width)}  L ${Math.round(this.level)}  ${this.zoom.toFixed(1)}×`;
    this.legend
      .querySelector('[data-view="invert"]')
      .setAttribute("aria-pressed", String(this.inverted));
  }

  act(name) {
    if (name === "invert") this.invert();
    else if (name === "fit") this.fit();
    else if (name === "reset") this.reset();
    else if (name === "zoom-in") this.zoomBy(ZOOM_STEP);
    else if (name === "zoom-out") this.zoomBy(1 / ZOOM_STEP);
  }

  listen() {
    const box = this.box;
    box.addEventListener("contextmenu", (event) => event.preventDefault());
    box.addEventListener("dragstart", (event) => event.preventDefault());
    box.addEventListener("auxclick", (event) => event.preventDefault());
    // Middle button: without this the browser starts to scroll by itself.
    box.addEventListener("mousedown", (event) => {
      if (event.button === 1) event.preventDefault();
    });
    box.addEventListener("dblclick", () => this.reset());
    box.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    box.addEventListener("pointerdown", (event) => this.down(event));
    box.addEventListener("pointermove", (event) => this.move(event));
    for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
      box.addEventListener(end, (event) => this.up(event));
    }
    // A click on a view button leaves the focus where it was: Enter still means submit.
    this.legend.addEventListener("mousedown", (event) => event.preventDefault());
    this.legend.addEventListener("click", (event) => {
      const button = event.target.closest("[data-view]");
      if (button) this.act(button.dataset.view);
    });
  }

  fractions(x, y) {
    const box = this.box.getBoundingClientRect();
    return [(x - box.left) / box.width - 0.5, (y - box.top) / box.height - 0.5];
  }

  wheel(event) {
    event.preventDefault();
    const pixels = event.deltaY * (event.deltaMode === 1 ? 33 : event.deltaMode === 2 ? 400 : 1);
    // A trackpad's pinch arrives as a wheel with ctrl held, in much smaller steps.
    const rate = event.ctrlKey ? 0.01 : 0.0016;
    this.zoomBy(Math.exp(-within(pixels, [-400, 400]) * rate), ...this.fractions(event.clientX, event.clientY));
  }

  down(event) {
    this.box.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (event.pointerType === "touch") {
      // Once two fingers have been down, the one lifted last must not window the image.
      this.gesture = this.pointers.size === 1 ? "window" : "pinch";
    } else {
      this.gesture = event.button === 0 && !event.shiftKey ? "window" : "pan";
    }
    this.start = { x: event.clientX, y: event.clientY, moved: false };
    this.box.classList.toggle("panning", this.gesture === "pan");
  }

  move(event) {
    const last = this.pointers.get(event.pointerId);
    if (!last) return;
    const dx = event.clientX - last.x;
    const dy = event.clientY - last.y;
    if (!this.start.moved) {
      const far = Math.hypot(event.clientX - this.start.x, event.clientY - this.start.y);
      if (far < CLICK_SLACK) return;
      this.start.moved = true;
    }
    const box = this.box.getBoundingClientRect();
    if (this.gesture === "pinch") this.pinch(event, last, box);
    else if (this.gesture === "pan") this.panBy(dx / box.width, dy / box.height);
    else if (this.gesture === "window") {
      this.windowBy(dx * GREY_LEVELS_PER_PIXEL, dy * GREY_LEVELS_PER_PIXEL);
    }
    this.pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  }

  pinch(event, last, box) {
    const other = [...this.pointers].find(([id]) => id !== event.pointerId)?.[1];
    if (!other) return;
    const before = Math.hypot(last.x - other.x, last.y - other.y);
    const after = Math.hypot(event.clientX - other.x, event.clientY - other.y);
    const middle = this.fractions((event.clientX + other.x) / 2, (event.clientY + other.y) / 2);
    this.panBy((event.clientX - last.x) / 2 / box.width, (event.clientY - last.y) / 2 / box.height);
    if (before > 0) this.zoomBy(after / before, ...middle);
  }

  up(event) {
    if (!this.pointers.delete(event.pointerId)) return;
    if (this.pointers.size > 0) {
      this.gesture = "done";
      return;
    }
    this.box.classList.remove("panning");
    if (event.type === "pointerup" && event.pointerType === "touch" && this.gesture === "window") {
      this.tap(event);
    }
    this.gesture = null;
  }

  tap(event) {
    if (this.start.moved) {
      this.lastTap = null;
      return;
    }
    const before = this.lastTap;
    const tap = { x: event.clientX, y: event.clientY, at: event.timeStamp };
    const isSecond =
      before &&
      tap.at - before.at < DOUBLE_TAP_MS &&
      Math.hypot(tap.x - before.x, tap.y - before.y) < DOUBLE_TAP_PIXELS;
    this.lastTap = isSecond ? null : tap;
    if (isSecond) this.reset();
  }

  // True where the key was one of the film's.
  key(event) {
    const arrow = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (arrow && event.shiftKey) this.windowBy(arrow[0] * KEY_STEP, arrow[1] * KEY_STEP);
    else if (arrow && event.target === this.box) this.panBy(-arrow[0] * PAN_STEP, -arrow[1] * PAN_STEP);
    else if (!document.documentElement.classList.contains("keys")) return false;
    else if (event.key === "i" || event.key === "I") this.invert();
    else if (event.key === "+") this.zoomBy(ZOOM_STEP);
    else if (event.key === "-" || event.key === "\u2212") this.zoomBy(1 / ZOOM_STEP);
    else if (event.key === "=" || event.key === "0") this.fit();
    else if (event.key === " " && !pressedBySpace(event.target)) this.reset();
    else return false;
    return true;
  }
}

// Space belongs to a control that it would press; a radio button already chosen has no use for it.
const pressedBySpace = (target) =>
  target.matches("button, a, summary, select, input:not([type='range']):not([type='radio']:checked)");

let film = null;

const open = () => {
  const box = document.querySelector("#case [data-film]");
  if (box && film?.box !== box) film = new Film(box);
  else if (!box) film = null;
};

document.addEventListener("keydown", (event) => {
  if (!film || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches("textarea, select, input[type='text']")) return;
  if (film.key(event)) event.preventDefault();
});

document.documentElement.classList.add("scripted");
document.addEventListener("htmx:afterSwap", open);
open();
