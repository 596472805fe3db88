import { describe, expect, it } from 'vitest';
import { mayReact, mayTakeBack, whyNoWriting } from './conversation-rights.ts';

type Rights = Parameters<typeof whyNoWriting>[0];

function aView(view: Partial<Rights> = {}): Rights {
  return {
    type: 'group',
    state: 'member',
    archived_at: null,
    posting: 'everybody',
    capabilities: ['message.send'],
    ...view,
  };
}

describe('writing', () => {
  it('is possible for whoever may', () => {
    expect(whyNoWriting(aView())).toBeUndefined();
  });

  it.each([
    ['You left', { state: 'left', capabilities: [] }],
    ['You were removed', { state: 'removed', capabilities: [] }],
    ['archived', { archived_at: '2026-01-01T00:00:00Z', capabilities: ['conversation.settings'] }],
    ['blocked', { type: 'direct', capabilities: [] }],
    ['Only admins', { posting: 'admins', capabilities: [] }],
  ] satisfies [string, Partial<Rights>][])('is not: %s', (text, view) => {
    expect(whyNoWriting(aView(view))).toContain(text);
  });
});

describe('where a block silences two people', () => {
  const silenced = aView({ type: 'direct', capabilities: [] });
  it('each may take back what they said, and react to nothing', () => {
    expect(mayTakeBack(silenced)).toBe(true);
    expect(mayReact(silenced)).toBe(false);
  });
});

it('reacting needs no right to write', () => {
  expect(mayReact(aView({ posting: 'admins', capabilities: [] }))).toBe(true);
  expect(mayReact(aView({ state: 'left' }))).toBe(false);
});
