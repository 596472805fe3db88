import { describe, expect, it } from 'vitest';
import { ada, aMessage, grace } from '../client/testing/test-client.ts';
import type { TimelineRow } from '../client/timeline-rows.ts';
import { messageGroups } from './message-groups.ts';

const noon = new Date(2026, 2, 3, 12).getTime();
const minuteMs = 60_000;

/** A stored message so many minutes after noon, local time. */
function row(seqNo: number, senderId: string, minutes: number): TimelineRow {
  const created_at = new Date(noon + minutes * minuteMs).toISOString();
  return { kind: 'message', message: aMessage(seqNo, { sender_id: senderId, created_at }) };
}

function shape(rows: TimelineRow[], unreadAfter?: number): string[] {
  return messageGroups(rows, ada, unreadAfter).map(
    (group) =>
      `${group.startsDay ? 'day ' : ''}${group.startsUnread ? 'new ' : ''}${group.messages.map((message) => String(message.seqNo)).join()}`,
  );
}

describe('lines that nobody wrote', () => {
  const line = (seqNo: number, code: string): TimelineRow => {
    const [{ message }] = [row(seqNo, grace, 0) as Extract<TimelineRow, { kind: 'message' }>];
    return { kind: 'message', message: { ...message, content: '', system: { code, params: {} } as never } };
  };

  it('stand alone, also beside messages of whoever did it', () => {
    const rows = [row(1, grace, 0), line(2, 'member.joined'), line(3, 'member.left'), row(4, grace, 0)];
    expect(shape(rows)).toEqual(['day 1', '2', '3', '4']);
  });

  it('are left out where their code is not known', () => {
    expect(shape([row(1, grace, 0), line(2, 'conversation.teleported'), row(3, grace, 0)])).toEqual([
      'day 1,3',
    ]);
  });
});

describe('messages', () => {
  it('of one person in one go stand together', () => {
    expect(shape([row(1, grace, 0), row(2, grace, 1), row(3, ada, 2), row(4, grace, 3)])).toEqual([
      'day 1,2',
      '3',
      '4',
    ]);
  });

  it('stand apart after a pause of five minutes, and on another day', () => {
    expect(shape([row(1, grace, 0), row(2, grace, 5), row(3, grace, 719), row(4, grace, 721)])).toEqual([
      'day 1',
      '2',
      '3',
      'day 4',
    ]);
  });

  it('that are unread start with a line, once, and never at our own', () => {
    const rows = [row(1, grace, 0), row(2, ada, 1), row(3, grace, 2), row(4, grace, 3)];
    expect(shape(rows, 1)).toEqual(['day 1', '2', 'new 3,4']);
    expect(shape(rows, 4)).toEqual(['day 1', '2', '3,4']);
  });

  it('keep their key when they are stored, so that nothing flickers', () => {
    const pending: TimelineRow = {
      kind: 'pending',
      pending: { client_msg_id: 'x', content: 'hi', written_at_ms: noon, state: 'queued' },
    };
    const stored: TimelineRow = {
      kind: 'message',
      message: aMessage(1, { sender_id: ada, client_msg_id: 'x' }),
    };
    const keys = [pending, stored].map((each) => messageGroups([each], ada, undefined)[0]?.key);
    expect(keys[0]).toBe(keys[1]);
  });

  it('that failed carry the reason', () => {
    const pending = {
      client_msg_id: 'x',
      content: 'hi',
      written_at_ms: noon,
      state: 'failed',
      error: { code: 'internal', detail: 'no room' },
    } as const;
    const [group] = messageGroups([{ kind: 'pending', pending }], ada, undefined);
    expect(group?.messages[0]).toMatchObject({ state: 'failed', error: 'no room', senderId: ada });
  });
});
