// The films on the light box: drawing, linked views, turning from one picture to another.
//
// Every case brings its own films, so a new case starts from untouched pictures without anything
// to reset. Films of one case share one view.

import { decimal, say } from "../words.js";
import { listenToPointers } from "./gestures.js";
import { keysAreOn } from "./keys-switch.js";
import { Magnifier } from "./magnifier.js";
import { drawMarks } from "./marks.js";
import { isHeld } from "./rules.js";
import { current, dispatch } from "./store.js";
import {
  UNTOUCHED, fitted, isMoved, isWindowed, oneToOne, pannedBy, placed, transferOf, windowedBy,
  zoomedBy, zoomedTo,
} from "./view.js";
import { pixelRatio } from "./viewing.js";

const SVG = "http://www.w3.org/2000/svg";
const KEY_STEP = 8; // grey levels a key press
const PAN_STEP = 0.06; // of the film a key press
const ZOOM_STEP = 1.25;

const painted = (image) =>
  image.decode().then(
    () =>
      new Promise((resolve) => {
        // The first frame draws, the second begins after that drawing is on the screen.
        requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now())));
      }),
  );

export class Films {
  constructor(section) {
    this.section = section;
    this.layout = section.dataset.layout;
    this.size = Number(section.dataset.size);
    this.isTimed = "exposure" in section.dataset || "exposed" in section.dataset;
    this.frames = [...section.querySelectorAll("[data-slot]")].map((figure) => ({
      slot: Number(figure.dataset.slot),
      figure,
      box: figure.querySelector("[data-film]"),
      name: figure.dataset.name ?? "",
    }));
    // The picture that the others are compared with shares their view; it is never answered for.
    const reference = section.querySelector("[data-reference]");
    this.reference = reference && {
      slot: null,
      figure: reference,
      box: reference.querySelector("[data-film]"),
      name: reference.dataset.name,
    };
    this.legend = section.querySelector("[data-legend]");
    this.readout = section.querySelector("[data-readout]");
    this.failed = section.querySelector("[data-film-failed]");
    this.view = UNTOUCHED;
    this.reached = UNTOUCHED.zoom; // the greatest zoom on this case
    this.rubber = null; // a box being dragged: {slot, from, to} in picture pixels
    this.drawing = false;
    this.magnifier = new Magnifier(this);
    this.transfers = this.addFilter();
    this.listen();
    this.legend.hidden = false;
    for (const frame of this.all()) this.ready(frame);
    this.draw();
  }

  all() {
    return this.reference ? [...this.frames, this.reference] : this.frames;
  }

  ready(frame) {
    frame.box.tabIndex = 0;
    frame.box.setAttribute("role", "group");
    const { name } = frame;
    const label = name
      ? say("{name}: radiograph. Arrow keys pan, shift with arrow keys windows.", { name })
      : say("Radiograph. Arrow keys pan, shift with arrow keys windows.");
    frame.box.setAttribute("aria-label", label);
    listenToPointers(this, frame);
    if (frame === this.reference) return;
    frame.marks = document.createElementNS(SVG, "svg");
    frame.marks.classList.add("film-marks");
    frame.marks.setAttribute("aria-hidden", "true");
    frame.box.append(frame.marks);
    frame.box.addEventListener("focus", () => {
      if (this.frames.length > 1) dispatch({ type: "turned", slot: frame.slot });
    });
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
    this.section.append(svg);
    return channels;
  }

  imageOf(frame) {
    return frame.box.querySelector("img");
  }

  boxOf(frame) {
    return frame.box.getBoundingClientRect();
  }

  frameAt(slot) {
    return this.frames.find((frame) => frame.slot === slot);
  }

  // The frames on the screen: all of them, or the one turned to.
  visible(state = current()) {
    const isAlone = this.frames.length > 1 && (this.layout === "one_after_other" || state.enlarged);
    return isAlone ? this.frames.filter((frame) => frame.slot === state.slot) : this.frames;
  }

  // The part of the box, across and down, that a fitted picture takes.
  fills(frame) {
    const box = this.boxOf(frame);
    const side = Math.min(box.width, box.height);
    return [side / (box.width || 1), side / (box.height || 1)];
  }

  // Where the picture lies in its box, in screen pixels from the box's top left.
  place(frame) {
    return placed(this.view, this.boxOf(frame), this.size);
  }

  look(view) {
    // A picture that is shown for a set time, or was, is not touched.
    if (this.isTimed) return;
    this.view = view;
    this.reached = Math.max(this.reached, view.zoom);
    this.draw();
  }

  // What is told of the film with the answers; null where the page shows none.
  seen() {
    if (this.section.dataset.exposed !== undefined) return null;
    const side = this.sideOf(this.visible()[0]);
    return { side, view: this.view, reached: this.reached, magnified: this.magnifier.used };
  }

  // Side of the fitted picture, in CSS pixels.
  sideOf(frame) {
    const box = this.boxOf(frame);
    return Math.min(box.width, box.height);
  }

  // Screen pixels for each pixel of the picture as it is drawn now.
  screenPixels() {
    return (this.sideOf(this.visible()[0]) * this.view.zoom * pixelRatio()) / this.size;
  }

  oneToOne() {
    const frame = this.visible()[0];
    const zoom = oneToOne(this.sideOf(frame), this.size, pixelRatio());
    this.look(zoomedTo(this.view, zoom, this.fills(frame)));
  }

  zoom(factor, frame, x, y) {
    this.look(zoomedBy(this.view, factor, this.fills(frame ?? this.visible()[0]), x, y));
  }

  pan(x, y, frame) {
    this.look(pannedBy(this.view, x, y, this.fills(frame ?? this.visible()[0])));
  }

  window(width, level) {
    this.look(windowedBy(this.view, width, level));
  }

  reset() {
    this.look(UNTOUCHED);
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
    const { slope, intercept } = transferOf(this.view);
    for (const channel of this.transfers) {
      channel.setAttribute("slope", slope);
      channel.setAttribute("intercept", intercept);
    }
    const { width, level, zoom, inverted } = this.view;
    // An untouched picture passes through no filter at all.
    const filter = isWindowed(this.view) ? "url(#window-level)" : "";
    for (const frame of this.all()) {
      const image = this.imageOf(frame);
      if (image) Object.assign(image.style, { filter, ...this.placeOf(frame) });
      this.magnifier.draw(frame);
    }
    for (const frame of this.visible()) drawMarks(this, frame, current());
    this.drawReadout(width, level, zoom);
    this.press("invert", inverted);
    this.press("one", isOne(this.screenPixels()));
    this.press("magnifier", this.magnifier.isOn);
  }

  press(view, isPressed) {
    this.legend.querySelector(`[data-view="${view}"]`).setAttribute("aria-pressed", String(isPressed));
  }

  // Where a picture is drawn: fitted by the style sheet, and moved from there. At 1:1 it is laid out
  // in its own size, since a fitted one begins and ends between two pixels of the screen.
  placeOf(frame) {
    if (isOne(this.screenPixels())) return this.onWholePixels(frame);
    const { panX, panY, zoom } = this.view;
    const transform = isMoved(this.view) ? `translate(${panX * 100}%, ${panY * 100}%) scale(${zoom})` : "";
    return { position: "", left: "", top: "", width: "", height: "", transformOrigin: "", transform };
  }

  onWholePixels(frame) {
    const ratio = pixelRatio();
    const box = this.boxOf(frame);
    const { left, top } = this.place(frame);
    const whole = (start, at) => Math.round((start + at) * ratio) / ratio - start;
    const [x, y] = [whole(box.left, left), whole(box.top, top)];
    const side = `${this.size}px`;
    const transform = `translate(${x}px, ${y}px) scale(${1 / ratio})`;
    return { position: "absolute", left: "0", top: "0", width: side, height: side, transformOrigin: "0 0", transform };
  }

  drawReadout(width, level, zoom) {
    const pixels = this.screenPixels();
    const said = {
      grey: say("W {width}  L {level}", { width: Math.round(width), level: Math.round(level) }),
      // A small picture at 1:1 is a small part of its box: never "0.0".
      zoom: `${decimal(zoom, zoom < 0.95 ? 2 : 1)}×`,
      pixels: isOne(pixels) ? "1:1" : `${decimal(pixels, 2)}:1`,
    };
    for (const part of this.readout.children) part.textContent = said[part.dataset.said];
    this.readout.classList.toggle("windowed", isWindowed(this.view));
  }

  // A drawing of the state: which films are shown, which is chosen, what is marked.
  drawState(state) {
    const alone = this.visible(state).length < this.frames.length;
    const side = sideOf(state);
    this.section.classList.toggle("alone", alone);
    this.section.classList.toggle("marking", state.marking !== null);
    for (const frame of this.frames) {
      frame.figure.classList.toggle("turned-to", frame.slot === state.slot);
      frame.figure.classList.toggle("chosen", side !== "" && side === String(frame.slot));
      frame.figure.hidden = alone && frame.slot !== state.slot;
    }
    for (const button of this.section.querySelectorAll("[data-turn]")) {
      const slot = Number(button.dataset.turn);
      button.setAttribute("aria-pressed", String(slot === state.slot));
      button.classList.toggle("looked", state.looked.includes(slot));
    }
    this.dropTakenCaps(state);
    const enlarge = this.section.querySelector("[data-enlarge]");
    enlarge?.setAttribute("aria-pressed", String(state.enlarged));
    this.draw();
  }

  // A letter that answers a question of this case is not the film's: its button shows none then.
  dropTakenCaps(state) {
    for (const button of this.legend.querySelectorAll("[aria-keyshortcuts]")) {
      if (!isHeld(state, button.getAttribute("aria-keyshortcuts"))) continue;
      button.removeAttribute("aria-keyshortcuts");
      const cap = button.querySelector("kbd");
      // The sign of a button that shows nothing else stays, as a sign.
      if (cap && cap.textContent.trim() === button.textContent.trim()) cap.replaceWith(cap.textContent);
      else cap?.remove();
    }
  }

  act(name) {
    if (name === "invert") this.look({ ...this.view, inverted: !this.view.inverted });
    else if (name === "fit") this.look(fitted(this.view));
    else if (name === "one") this.oneToOne();
    else if (name === "magnifier") this.magnify();
    else if (name === "reset") this.reset();
    else if (name === "zoom-in") this.zoom(ZOOM_STEP);
    else if (name === "zoom-out") this.zoom(1 / ZOOM_STEP);
  }

  // By key, without a mouse over the film, arrow keys move it: they go to the film that has the focus.
  magnify(byKey = false) {
    this.magnifier.toggle();
    if (byKey && this.magnifier.isOn && !this.magnifier.wasPointed) {
      this.visible()[0].box.focus({ preventScroll: true });
    }
  }

  listen() {
    // A click on a button of the film leaves the focus where it was: Enter still means submit.
    this.section.addEventListener("mousedown", (event) => {
      if (event.target.closest("button")) event.preventDefault();
    });
    this.section.addEventListener("click", (event) => this.clicked(event.target.closest("button")));
    new ResizeObserver(() => this.draw()).observe(this.section);
  }

  clicked(button) {
    if (!button) return;
    const { view, turn, enlarge } = button.dataset;
    if (view) this.act(view);
    else if (turn) dispatch({ type: "turned", slot: Number(turn) });
    else if (enlarge !== undefined) this.enlarge();
    else if ("filmAgain" in button.dataset) this.loadAgain();
  }

  enlarge(slot) {
    const isEnlarged = slot !== undefined || !current().enlarged;
    dispatch({ type: "enlarged", slot: slot ?? current().slot, isEnlarged });
  }

  // Tell when the pictures on the screen are painted: now and after each turn.
  watch(onPainted) {
    this.onPainted = onPainted;
    this.checkPainted();
  }

  checkPainted() {
    const frames = this.visible().filter((frame) => this.imageOf(frame));
    if (frames.length === 0 || !this.onPainted) return;
    // A case is not on the screen before what it is compared with is.
    const awaited = this.reference ? [...frames, this.reference] : frames;
    Promise.all(awaited.map((frame) => painted(this.imageOf(frame)))).then(
      (times) => {
        if (!this.section.isConnected) return;
        this.failed.hidden = true;
        const still = new Set(this.visible());
        const slots = frames.filter((frame) => still.has(frame)).map((frame) => frame.slot);
        this.onPainted(Math.max(...times), slots);
      },
      () => {
        if (this.section.isConnected) this.failed.hidden = false;
      },
    );
  }

  loadAgain() {
    this.failed.hidden = true;
    for (const frame of this.all()) {
      const image = this.imageOf(frame);
      if (!image || (image.complete && image.naturalWidth > 0)) continue;
      const address = image.getAttribute("src");
      image.removeAttribute("src");
      image.src = address;
    }
    this.checkPainted();
  }

  // True where the key was one of the films'.
  key(event) {
    const arrow = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (arrow && event.shiftKey) this.window(arrow[0] * KEY_STEP, arrow[1] * KEY_STEP);
    else if (arrow && event.target.matches("[data-film]") && this.magnifier.isOn) this.magnifier.step(...arrow);
    else if (arrow && event.target.matches("[data-film]")) this.pan(-arrow[0] * PAN_STEP, -arrow[1] * PAN_STEP);
    else if (!keysAreOn()) return false;
    else if (event.key === "i" || event.key === "I") this.act("invert");
    else if (event.key === "x" || event.key === "X") this.act("one");
    else if (event.key === "z" || event.key === "Z") this.magnify(true);
    else if (event.key === "+") this.act("zoom-in");
    else if (event.key === "-" || event.key === "\u2212") this.act("zoom-out");
    else if (event.key === "=" || event.key === "0") this.act("fit");
    else if (event.key === " " && !pressedBySpace(event.target)) this.reset();
    else return this.turningKey(event.key);
    return true;
  }

  turningKey(key) {
    if (this.frames.length === 1) return false;
    const step = { "<": -1, ",": -1, ">": 1, ".": 1 }[key];
    const isGrid = this.layout !== "one_after_other";
    if (step) {
      // Beside each other, < and > first show the one that is turned to alone.
      if (isGrid && !current().enlarged) this.enlarge(current().slot);
      else dispatch({ type: "turned", step });
    } else if (isGrid && key.toLowerCase() === "e") this.enlarge();
    else return false;
    return true;
  }
}

// A hair's breadth apart is the same: the sides of boxes are fractions.
const isOne = (screenPixels) => Math.abs(screenPixels - 1) < 1e-4;

// Space belongs to a control that it would press; a radio button already chosen has no use for it.
const pressedBySpace = (target) =>
  target.matches("button, a, summary, select, input:not([type='range']):not([type='radio']:checked)");

// The picture chosen in the lit question of sides, else in the first one.
function sideOf(state) {
  const sides = state.questions.filter((question) => question.kind === "side");
  const side = sides.find((question) => question.key === state.lit) ?? sides[0];
  return side ? state.drafts[side.key] : "";
}
