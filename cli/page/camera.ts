// Where one looks from: moves and scales the drawing in its frame. Moves glide, unless the reader asked for less motion.

import { setAttribute } from "./dom.ts";

export interface Camera {
  /** Moves by pixels of the screen. */
  pan(dx: number, dy: number): void;
  /** Scales around a point of the frame; in the middle where none is given. */
  zoom(factor: number, at?: { readonly x: number; readonly y: number }): void;
  /** Shows all. */
  fit(glide: boolean): void;
  /** Shows all in a frame of another size, unless one has moved since all was shown. */
  refit(): void;
  /** Brings a rectangle of the drawing to the middle, near enough to be read; leaves alone what can be read where it is. */
  center(area: Area): void;
  /** The least move that brings it into the frame. */
  reveal(area: Area): void;
  scale(): number;
}

export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface Pose {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

const maxScale = 3;
const readableScale = 0.62;
const goodScale = 0.9;
/** Around all of it, less in small frames; and around what is brought into the frame. */
const margin = 56;
const edge = 24;
/** Below, for the buttons that stand over the frame. */
const footer = 36;
const glideMs = 260;

/** `frame` shows `drawing`, a group of `size`; it gets data-far and data-middle by the scale, for the style to show less. */
export function createCamera(
  frame: SVGSVGElement,
  drawing: SVGGElement,
  size: { readonly width: number; readonly height: number },
): Camera {
  let pose: Pose = { x: 0, y: 0, scale: 1 };
  let gliding = 0;
  let isFitted = false;
  const show = (next: Pose): void => {
    pose = next;
    drawing.setAttribute("transform", `translate(${next.x} ${next.y}) scale(${next.scale})`);
    const distance = next.scale < 0.34 ? "far" : next.scale < readableScale ? "middle" : undefined;
    if (frame.dataset["distance"] !== distance) setAttribute(frame, "data-distance", distance);
  };
  const stop = (): void => cancelAnimationFrame(gliding);
  const glideTo = (target: Pose): void => {
    stop();
    isFitted = false;
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
      show(target);
      return;
    }
    const start = pose;
    let startedAt: number | undefined;
    const move = (now: number): void => {
      startedAt ??= now;
      const share = Math.min(1, (now - startedAt) / glideMs);
      const eased = 1 - (1 - share) ** 3;
      const between = (from: number, to: number): number => from + (to - from) * eased;
      show({
        x: between(start.x, target.x),
        y: between(start.y, target.y),
        scale: between(start.scale, target.scale),
      });
      if (share < 1) gliding = requestAnimationFrame(move);
    };
    gliding = requestAnimationFrame(move);
  };
  const room = () => ({ width: frame.clientWidth, height: frame.clientHeight });
  const fitted = (): Pose => {
    const { width, height } = room();
    const free = Math.min(margin, width / 20, height / 20);
    const scale = Math.max(
      0.005,
      Math.min(
        1.2,
        (width - 2 * free) / Math.max(1, size.width),
        (height - 2 * free - footer) / Math.max(1, size.height),
      ),
    );
    return { scale, x: (width - size.width * scale) / 2, y: (height - footer - size.height * scale) / 2 };
  };
  const wayIn = (area: Area): { readonly dx: number; readonly dy: number } => {
    const { width, height } = room();
    return {
      dx: shiftInto(pose.x + area.x * pose.scale, area.width * pose.scale, width),
      dy: shiftInto(pose.y + area.y * pose.scale, area.height * pose.scale, height),
    };
  };
  return {
    pan: (dx, dy) => {
      stop();
      isFitted = false;
      show({ ...pose, x: pose.x + dx, y: pose.y + dy });
    },
    zoom: (factor, at) => {
      stop();
      isFitted = false;
      const { width, height } = room();
      const { x, y } = at ?? { x: width / 2, y: height / 2 };
      const scale = Math.min(maxScale, Math.max(fitted().scale / 2, pose.scale * factor));
      const ratio = scale / pose.scale;
      show({ scale, x: x - (x - pose.x) * ratio, y: y - (y - pose.y) * ratio });
    },
    fit: (glide) => {
      if (glide) glideTo(fitted());
      else {
        stop();
        show(fitted());
      }
      isFitted = true;
    },
    refit: () => {
      // A frame that is not shown has no size.
      if (isFitted && frame.clientWidth > 0) show(fitted());
    },
    center: (area) => {
      const { dx, dy } = wayIn(area);
      if (pose.scale >= readableScale && dx === 0 && dy === 0) return;
      const { width, height } = room();
      const scale = Math.max(pose.scale, goodScale);
      glideTo({
        scale,
        x: width / 2 - (area.x + area.width / 2) * scale,
        y: height / 2 - (area.y + area.height / 2) * scale,
      });
    },
    reveal: (area) => {
      const { dx, dy } = wayIn(area);
      if (dx !== 0 || dy !== 0) glideTo({ ...pose, x: pose.x + dx, y: pose.y + dy });
    },
    scale: () => pose.scale,
  };
}

/** The least move of a stretch that brings it within the space, as far as it has room there. */
function shiftInto(start: number, length: number, space: number): number {
  return start < edge ? edge - start : Math.min(0, space - edge - start - length);
}
