import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { convoId, userId } from '../../test/support/builders.ts';
import { testDatabase } from '../../test/support/dynamodb.ts';
import { frameWorld } from '../../test/support/in-memory-frames.ts';

const world = frameWorld(testDatabase(), { change: () => import('./change-message.ts') });

const frame = (action: string, more: Record<string, unknown> = {}) => ({
  action,
  convo_id: world.people.team,
  client_msg_id: 'client-1',
  seq_no: 2,
  ...more,
});
const edit = (more: Record<string, unknown> = {}) => frame('message.edit', { content: 'better', ...more });
const react = (emoji: unknown) => frame('reaction.add', { emoji });

describe('a change of a message', () => {
  it.each([
    ['message.edit', { content: 'better' }, { kind: 'edit', seq_no: 2, content: 'better' }],
    ['message.delete', {}, { kind: 'delete', seq_no: 2 }],
    ['reaction.add', { emoji: '👍' }, { kind: 'react', seq_no: 2, emoji: '👍' }],
    ['reaction.remove', { emoji: '👍' }, { kind: 'unreact', seq_no: 2, emoji: '👍' }],
    ['message.pin', {}, { kind: 'pin', seq_no: 2 }],
    ['message.unpin', {}, { kind: 'unpin', seq_no: 2 }],
  ])('[M1] %s is queued, and answers nothing yet', async (action, more, change) => {
    expect(await world.send('change', frame(action, { ...more, client_seq: 7 }))).toEqual([]);
    expect(world.queued()).toMatchObject([
      {
        name: 'change.accepted',
        convo_id: world.people.team,
        sender_id: world.people.anna.userId,
        session_id: world.people.anna.sessionId,
        connection_id: 'anna-1',
        client_msg_id: 'client-1',
        client_seq: 7,
        change,
        request_id: 'request-1',
      },
    ]);
  });

  it('[M1] ignores what a client claims to know', async () => {
    const claims = {
      sender_id: world.people.ben.userId,
      rev: 1,
      edited_at: 'x',
      user_id: 'x',
      role: 'owner',
    };
    await world.send('change', edit(claims));
    const { anna } = world.people;
    expect(world.queued()).toMatchObject([{ sender_id: anna.userId, change: { kind: 'edit' } }]);
    expect(JSON.stringify(world.queued())).not.toMatch(/owner|"rev"|edited_at|user_id/);
  });

  it('takes the fields of its own action only', async () => {
    await world.send('change', frame('message.pin', { content: 'x', emoji: '👍' }));
    expect(world.queued()).toMatchObject([{ change: { kind: 'pin', seq_no: 2 } }]);
    expect(JSON.stringify(world.queued())).not.toMatch(/content|emoji/);
  });

  it('[A2] refuses a foreign conversation as it refuses a missing one', async () => {
    const foreign = await world.refusal('change', edit(), { identity: world.people.eve });
    world.gateway.resetHistory();
    const missing = await world.refusal('change', edit({ convo_id: convoId('nowhere') }), {
      identity: world.people.eve,
    });
    expect(foreign).toMatchObject({ code: 'conversation.not_found', client_msg_id: 'client-1' });
    expect({ ...missing, convo_id: world.people.team }).toEqual(foreign);
  });

  it('[P8] refuses a session that has ended, though its socket is still open', async () => {
    const identity = { ...world.people.anna, sessionId: 's_ended' };
    expect(await world.refusal('change', edit(), { identity })).toMatchObject({
      code: 'auth.session_ended',
    });
  });

  it('[S6] says that it was not accepted when SQS does not take it', async () => {
    world.sqs.on(SendMessageCommand).rejects(new Error('Rate exceeded'));
    expect(await world.send('change', edit())).toMatchObject([
      ['anna-1', { type: 'error', code: 'unavailable', client_msg_id: 'client-1' }],
    ]);
  });

  it.each([
    ['no client_msg_id', { client_msg_id: undefined }, 'frame.invalid', 'client_msg_id'],
    ['no number', { seq_no: undefined }, 'frame.invalid', 'seq_no'],
    ['the number of no message', { seq_no: 0 }, 'frame.invalid', 'seq_no'],
    ['a negative number', { seq_no: -1 }, 'frame.invalid', 'seq_no'],
    ['a broken number', { seq_no: 1.5 }, 'frame.invalid', 'seq_no'],
    ['a text for a number', { seq_no: '2' }, 'frame.invalid', 'seq_no'],
    ['a number beyond what one holds', { seq_no: 2 ** 60 }, 'frame.invalid', 'seq_no'],
    ['no content', { content: undefined }, 'message.content_invalid', 'content'],
    ['an empty content', { content: '' }, 'message.content_invalid', 'content'],
    ['8,001 characters', { content: 'x'.repeat(8_001) }, 'message.content_invalid', 'content'],
    ['a NUL', { content: 'a\u0000b' }, 'message.content_invalid', 'content'],
    ['mentions that are no list', { mentions: 'all' }, 'frame.invalid', 'mentions'],
    ['a mention by name', { mentions: ['ben'] }, 'frame.invalid', 'mentions'],
    ['51 mentions', { mentions: Array(51).fill(userId('x')) }, 'frame.invalid', 'mentions'],
  ])('[M1] refuses an edit with %s and names the field', async (_, more, code, field) => {
    expect(await world.refusal('change', edit(more))).toMatchObject({
      code,
      detail: expect.stringContaining(field),
    });
  });

  it.each(['👍', '👍🏽', '👩🏽‍🚀', '👨‍👩‍👧‍👦', '🇦🇹', '#️⃣', '❤️', '🏴󠁧󠁢󠁷󠁬󠁳󠁿'])(
    '[M4] takes %s for an emoji',
    async (emoji) => {
      await world.send('change', react(emoji));
      expect(world.queued()).toMatchObject([{ change: { kind: 'react', emoji } }]);
    },
  );

  it.each([undefined, null, '', 'a', ':+1:', '👍👍', '👍 ', '<b>', '1', ['👍'], '👍'.repeat(50)])(
    '[M4] refuses %j for an emoji',
    async (emoji) => {
      expect(await world.refusal('change', react(emoji))).toMatchObject({
        code: 'frame.invalid',
        detail: expect.stringContaining('emoji'),
      });
    },
  );
});
