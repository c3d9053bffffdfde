// Pointer, wheel and touch on the drawing's frame: drag moves, the wheel and two fingers zoom. A drag is no click.

import type { Camera } from "./camera.ts";

/** Less is a click by an unsteady hand. */
const dragThreshold = 4;

export function listenToGestures(frame: SVGSVGElement, camera: Camera): void {
  const pointers = new Map<number, { readonly x: number; readonly y: number }>();
  let moved = 0;

  frame.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (pointers.size === 1) moved = 0;
  });
  frame.addEventListener("pointermove", (event) => {
    const before = pointers.get(event.pointerId);
    if (before === undefined) return;
    const [dx, dy] = [event.clientX - before.x, event.clientY - before.y];
    const other = Array.from(pointers).find(([id]) => id !== event.pointerId)?.[1];
    if (other === undefined && moved + Math.hypot(dx, dy) < dragThreshold) return;
    moved += Math.hypot(dx, dy);
    // Only now, or the click would be the frame's and not the node's.
    frame.setPointerCapture(event.pointerId);
    frame.classList.add("dragged");
    const now = { x: event.clientX, y: event.clientY };
    pointers.set(event.pointerId, now);
    if (other === undefined) camera.pan(dx, dy);
    else {
      const box = frame.getBoundingClientRect();
      const spread = Math.hypot(before.x - other.x, before.y - other.y);
      const middle = { x: (now.x + other.x) / 2 - box.left, y: (now.y + other.y) / 2 - box.top };
      if (spread > 0) camera.zoom(Math.hypot(now.x - other.x, now.y - other.y) / spread, middle);
      camera.pan(dx / 2, dy / 2);
    }
  });
  const release = (event: PointerEvent): void => {
    pointers.delete(event.pointerId);
    if (pointers.size === 0) frame.classList.remove("dragged");
  };
  frame.addEventListener("pointerup", release);
  frame.addEventListener("pointercancel", release);
  frame.addEventListener(
    "click",
    (event) => {
      if (moved >= dragThreshold) event.stopPropagation();
      moved = 0;
    },
    { capture: true },
  );
  frame.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
      if (event.shiftKey) {
        camera.pan(-(event.deltaX + event.deltaY) * unit, 0);
        return;
      }
      const box = frame.getBoundingClientRect();
      // A pinch on a touchpad comes as a wheel with Ctrl, in smaller steps.
      const speed = event.ctrlKey ? 0.01 : 0.0016;
      camera.zoom(Math.exp(-event.deltaY * unit * speed), {
        x: event.clientX - box.left,
        y: event.clientY - box.top,
      });
    },
    { passive: false },
  );
}
