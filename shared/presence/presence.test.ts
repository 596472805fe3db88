import { describe, expect, it } from 'vitest';
import { aConnection, anna, aProfile, startMs } from '../../test/support/builders.ts';
import type { OpenConnection } from '../connections/connection-store.ts';
import {
  connectedStatus,
  isHidden,
  noPresence,
  ownPresenceView,
  type PresenceFacts,
  type PresenceRecord,
  presenceView,
  settledRecord,
} from './presence.ts';

const connection = (more: Partial<OpenConnection> = {}): OpenConnection => ({
  ...aConnection(anna),
  openedAt: startMs / 1_000,
  retired: false,
  idle: false,
  ...more,
});
const record = (more: Partial<PresenceRecord> = {}): PresenceRecord => ({
  ...noPresence(anna),
  status: 'online',
  lastSeen: '2026-03-01T12:00:00.000Z',
  version: 3,
  rev: 5,
  ...more,
});

describe('what the connections say', () => {
  it.each([
    ['offline', []],
    ['online', [connection()]],
    ['away', [connection({ idle: true })]],
    ['online', [connection({ idle: true }), connection()]],
    ['offline', [connection({ retired: true })]],
    ['away', [connection({ retired: true }), connection({ idle: true })]],
  ] as const)('[G4] %s', (status, connections) => {
    expect(connectedStatus(connections)).toBe(status);
  });
});

describe('what others see', () => {
  it('[G1] is the status, since when, and what the person says', () => {
    const custom = { text: 'On the train' };
    expect(presenceView(record({ custom }), startMs)).toEqual({
      type: 'presence.update',
      user_id: anna,
      status: 'online',
      last_seen: '2026-03-01T12:00:00.000Z',
      custom,
      version: 3,
    });
  });

  it.each([
    ['auto', 'online', 'online'],
    ['away', 'online', 'away'],
    ['away', 'away', 'away'],
    ['away', 'offline', 'offline'],
  ] as const)('[G5] with availability %s, %s is shown as %s', (availability, status, shown) => {
    expect(presenceView(record({ availability, status }), startMs).status).toBe(shown);
  });

  it('[G6] is the same as of nobody, for whoever is hidden', () => {
    const hidden = record({ hidden: true, availability: 'invisible', custom: { text: 'here!' } });
    expect(presenceView(hidden, startMs)).toEqual({
      type: 'presence.update',
      user_id: anna,
      status: 'offline',
      last_seen: null,
      version: 3,
    });
    expect(ownPresenceView(hidden, startMs)).toMatchObject({
      status: 'offline',
      availability: 'invisible',
      custom: { text: 'here!' },
    });
  });

  it('[G5] leaves out a custom status whose time is over', () => {
    const custom = { text: 'Lunch', expires_at: '2026-03-01T13:00:00.000Z' };
    const end = Date.parse(custom.expires_at);
    expect(presenceView(record({ custom }), end - 1)).toMatchObject({ custom });
    expect(presenceView(record({ custom }), end)).not.toHaveProperty('custom');
  });
});

describe('who is hidden', () => {
  const auto = noPresence(anna);
  it.each([
    ['nobody', auto, undefined, true],
    ['somebody erased', auto, aProfile('anna', { deletedAt: 'then' }), true],
    ['somebody who opted out', auto, aProfile('anna', { hides: ['presence'] }), true],
    ['somebody who hides something else', auto, aProfile('anna', { hides: ['typing'] }), false],
    ['somebody invisible', { ...auto, availability: 'invisible' as const }, aProfile('anna'), true],
    ['anybody else', auto, aProfile('anna'), false],
  ])('[G6] %s', (_, known, profile, hidden) => {
    expect(isHidden(known, profile)).toBe(hidden);
  });
});

describe('a settled record', () => {
  const facts = (more: Partial<PresenceFacts> = {}): PresenceFacts => ({
    status: 'online',
    hidden: false,
    endedAtMs: undefined,
    nowMs: startMs + 60_000,
    changed: false,
    cause: 'record-7',
    ...more,
  });

  it('stays as it is when nothing is new', () => {
    expect(settledRecord(record(), facts())).toBeUndefined();
  });

  it('tells a new status, since now, under the next version', () => {
    expect(settledRecord(record({ cause: 'old' }), facts({ status: 'away' }))).toEqual({
      next: record({
        status: 'away',
        lastSeen: '2026-03-01T12:01:00.000Z',
        version: 4,
        rev: 6,
        cause: 'record-7',
      }),
      isNews: true,
    });
  });

  it('[G3] says of whoever is offline when their last connection ended', () => {
    const settled = settledRecord(record(), facts({ status: 'offline', endedAtMs: startMs + 30_000 }));
    expect(settled?.next.lastSeen).toBe('2026-03-01T12:00:30.000Z');
  });

  it('[G6] tells nothing of the comings and goings of somebody invisible, not even by a version', () => {
    const hidden = record({ hidden: true, availability: 'invisible', cause: 'old' });
    const settled = settledRecord(hidden, facts({ status: 'offline', hidden: true, changed: true }));
    expect(settled).toMatchObject({ isNews: false, next: { version: 3, cause: 'old', status: 'offline' } });
  });

  it.each([
    ['hides', record(), true],
    ['shows themselves', record({ hidden: true }), false],
  ])('[G6] tells when somebody %s, whatever their status', (_, known, hidden) => {
    expect(settledRecord(known, facts({ hidden }))).toMatchObject({ isNews: true, next: { hidden } });
  });

  it('tells what does not show to nobody: idle or not, somebody who says that they are away is away', () => {
    const away = record({ availability: 'away' });
    expect(settledRecord(away, facts({ status: 'away' }))).toMatchObject({ isNews: false });
  });
});
