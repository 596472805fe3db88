import { type PointerEvent, useRef } from 'react';

const longMs = 450;
/** A finger is never quite still. */
const stillPx = 10;

/** For fingers alone: a mouse has hover, a keyboard has the focus. Scrolling and lifting end it. */
export function useLongPress(onLongPress: (element: Element) => void) {
  const press = useRef<{ timer: ReturnType<typeof setTimeout>; x: number; y: number }>(undefined);
  const end = (): void => clearTimeout(press.current?.timer);
  return {
    onPointerDown(event: PointerEvent) {
      if (event.pointerType !== 'touch') return;
      end();
      const element = event.currentTarget;
      const timer = setTimeout(() => onLongPress(element), longMs);
      press.current = { timer, x: event.clientX, y: event.clientY };
    },
    onPointerMove({ clientX, clientY }: PointerEvent) {
      const { x = clientX, y = clientY } = press.current ?? {};
      if (Math.hypot(clientX - x, clientY - y) > stillPx) end();
    },
    onPointerUp: end,
    onPointerCancel: end,
  };
}
