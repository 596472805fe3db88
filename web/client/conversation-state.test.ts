import { describe, expect, it } from 'vitest';
import {
  lastActivityMs,
  unreadCount,
  withMessages,
  withRead,
  withTimeline,
  withView,
} from './conversation-state.ts';
import { ada, aMessage, aView, grace } from './testing/test-client.ts';

describe('a conversation', () => {
  it('counts as unread what the server says, and what comes after', () => {
    const listed = withView(undefined, aView({ seq: 5, read_seq: 3 }));
    expect(unreadCount(listed)).toBe(2);
    const grown = withMessages(listed, [aMessage(6), aMessage(7)], ada);
    expect(unreadCount(grown)).toBe(4);
    expect(unreadCount(withRead(grown, ada, 7, ada))).toBe(0);
  });

  it('is not taken back by an answer that is older than a push', () => {
    const current = withRead(withMessages(withView(undefined, aView()), [aMessage(1)], ada), ada, 1, ada);
    const after = withView(current, aView({ title: 'renamed' }));
    expect(after).toMatchObject({ readSeq: 1, view: { title: 'renamed' }, lastMessage: { seq_no: 1 } });
    expect(after.timeline.cursor).toBe(1);
  });

  it('knows that whoever writes has read what came before', () => {
    const state = withMessages(
      withView(undefined, aView()),
      [aMessage(1), aMessage(2, { sender_id: ada }), aMessage(3)],
      ada,
    );
    expect(state.readSeq).toBe(2);
    expect(state.readBy).toEqual(new Map([[grace, 3]]));
  });

  it('lets marks of others only rise', () => {
    const read = withRead(withView(undefined, aView({ seq: 9 })), grace, 8, ada);
    expect(withRead(read, grace, 4, ada)).toBe(read);
  });

  it('is active when somebody writes, also when it is not sent yet', () => {
    const created = withView(undefined, aView());
    expect(lastActivityMs(created)).toBe(Date.parse('2026-01-01T00:00:00.000Z'));
    const written = { client_msg_id: 'x', content: 'hi', written_at_ms: 2e12, state: 'queued' } as const;
    expect(lastActivityMs(withTimeline(created, { type: 'pending', pending: [written], changes: [] }))).toBe(
      2e12,
    );
  });
});
