import { describe, expect, it } from 'vitest';
import { changeAccepted } from '../../events/change-accepted.ts';
import type { MessageChangeFrame } from '../../events/client-frames.ts';
import { anna, ben, convoId, startMs, stranger } from '../../test/support/builders.ts';
import { submissionsOfAnna } from '../../test/support/submissions.ts';
import { userRateLimits } from '../limits.ts';
import { submitChange } from './submit-change.ts';

const team = convoId('team');
const target = { convo_id: team, client_msg_id: 'client-1', seq_no: 3 };
const pin: MessageChangeFrame = { action: 'message.pin', ...target };

async function setup() {
  const { submission, ...deps } = await submissionsOfAnna();
  const submit = (frame: MessageChangeFrame = pin, userId = anna) =>
    submitChange(submission(frame, userId), deps);
  return { ...deps, submit };
}

describe('submitChange', () => {
  it('[M1] queues the change with what the server knows of it', async () => {
    const { queue, submit } = await setup();
    await submit({ action: 'message.edit', ...target, client_seq: 4, content: 'better', mentions: [ben] });
    expect(queue.messages).toEqual([
      {
        name: 'change.accepted',
        version: 1,
        convo_id: team,
        sender_id: anna,
        session_id: `s_${anna}`,
        connection_id: 'L0SM9cOFvHcCIhw=',
        client_msg_id: 'client-1',
        client_seq: 4,
        change: { kind: 'edit', seq_no: 3, content: 'better', mentions: [ben] },
        accepted_at_ms: startMs,
        request_id: 'request-7',
      },
    ]);
    expect(changeAccepted.parse(queue.messages[0])).toEqual(queue.messages[0]);
  });

  it.each([
    [
      { action: 'message.edit', ...target, content: 'plain', mentions: [] },
      { kind: 'edit', seq_no: 3, content: 'plain' },
    ],
    [
      { action: 'message.delete', ...target },
      { kind: 'delete', seq_no: 3 },
    ],
    [
      { action: 'reaction.add', ...target, emoji: '👍🏽' },
      { kind: 'react', seq_no: 3, emoji: '👍🏽' },
    ],
    [
      { action: 'reaction.remove', ...target, emoji: '👍🏽' },
      { kind: 'unreact', seq_no: 3, emoji: '👍🏽' },
    ],
    [pin, { kind: 'pin', seq_no: 3 }],
    [
      { action: 'message.unpin', ...target },
      { kind: 'unpin', seq_no: 3 },
    ],
  ] satisfies [MessageChangeFrame, object][])('[M1] understands %j', async (frame, change) => {
    const { queue, submit } = await setup();
    await submit(frame);
    expect(queue.messages.map((event) => changeAccepted.parse(event).change)).toEqual([change]);
  });

  it.each([
    ['a foreign conversation', team],
    ['a missing one', convoId('nowhere')],
  ])('[A2] refuses %s as not found, and queues nothing', async (_, convo_id) => {
    const { queue, submit } = await setup();
    await expect(submit({ ...pin, convo_id }, stranger)).rejects.toMatchObject({
      code: 'conversation.not_found',
      message: 'No such conversation',
    });
    expect(queue.messages).toEqual([]);
  });

  it('[P8] refuses an ended session, and queues nothing', async () => {
    const { queue, submit, sessions } = await setup();
    await sessions.end(anna, [`s_${anna}`]);
    await expect(submit()).rejects.toMatchObject({ code: 'auth.session_ended' });
    expect(queue.messages).toEqual([]);
  });

  it('[S6] refuses more than a burst of changes, whatever was sent besides, and says when to come back', async () => {
    const { queue, gate, submit } = await setup();
    const identity = { userId: anna, sessionId: `s_${anna}` };
    for (let sent = 0; sent < userRateLimits['message.change'].burst; sent += 1) {
      await gate.admit(identity, 'message.send');
    }
    await submit();
    for (let sent = 1; sent < userRateLimits['message.change'].burst; sent += 1) {
      await gate.admit(identity, 'message.change');
    }
    await expect(submit()).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: 100 });
    expect(queue.messages).toHaveLength(1);
  });

  it('[S6] says that it was not accepted when the queue does not answer', async () => {
    const { queue, submit } = await setup();
    queue.isDown = true;
    await expect(submit()).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('[B3] marks mentions of people with a block between', async () => {
    const { queue, submit, blocks } = await setup();
    await blocks.put(ben, anna, '2026-03-01T12:00:00.000Z');
    await submit({ action: 'message.edit', ...target, content: 'better', mentions: [ben] });
    expect(queue.messages[0]).toMatchObject({ change: { mentions: [ben], silent_mentions: [ben] } });
  });
});
