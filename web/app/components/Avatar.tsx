import type { CSSProperties } from 'react';
import { hueOf, initials } from '../names.ts';
import { GroupIcon } from './icons.tsx';

export interface AvatarProps {
  /** Decides the colour. */
  readonly id: string;
  readonly name: string;
  readonly isGroup?: boolean;
  readonly size?: 'small' | 'medium';
}

/** Decoration: the name stands beside it in words. */
export function Avatar({ id, name, isGroup = false, size = 'medium' }: AvatarProps) {
  return (
    <span
      className={`avatar avatar-${size}`}
      style={{ '--hue': hueOf(id) } as CSSProperties}
      aria-hidden="true"
    >
      {isGroup ? <GroupIcon /> : initials(name)}
    </span>
  );
}
