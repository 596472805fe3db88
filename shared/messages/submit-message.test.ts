import { describe, expect, it } from 'vitest';
import type { MessageSendFrame } from '../../events/client-frames.ts';
import { messageAccepted } from '../../events/message-accepted.ts';
import { anIdentity, anna, ben, cleo, convoId, startMs, stranger } from '../../test/support/builders.ts';
import { submissionsOfAnna } from '../../test/support/submissions.ts';
import { userRateLimits } from '../limits.ts';
import { bodyHash } from './incoming.ts';
import { submitAdmittedMessage, submitMessage } from './submit-message.ts';

const team = convoId('team');

async function setup() {
  const { submission, ...deps } = await submissionsOfAnna();
  const submit = (frame: Partial<MessageSendFrame> = {}, userId = anna) =>
    submitMessage(
      submission(
        {
          action: 'message.send' as const,
          convo_id: team,
          client_msg_id: 'client-1',
          content: 'hello',
          ...frame,
        },
        userId,
      ),
      deps,
    );
  return { ...deps, submit };
}

describe('submitMessage', () => {
  it('[S1] queues the message with what the server knows of it', async () => {
    const { queue, submit } = await setup();
    await submit({ client_seq: 4 });
    expect(queue.messages).toEqual([
      {
        name: 'message.accepted',
        version: 1,
        convo_id: team,
        sender_id: anna,
        session_id: `s_${anna}`,
        connection_id: 'L0SM9cOFvHcCIhw=',
        client_msg_id: 'client-1',
        client_seq: 4,
        content: 'hello',
        accepted_at_ms: startMs,
        request_id: 'request-7',
      },
    ]);
    expect(messageAccepted.safeParse(queue.messages[0]).success).toBe(true);
  });

  it('[S9] queues what it answers and whom it mentions, and no empty ones of either', async () => {
    const { queue, submit } = await setup();
    await submit({ reply_to: 3, mentions: ['all', ben] });
    await submit({ reply_to: null, mentions: [] });
    expect(queue.messages[0]).toMatchObject({ reply_to: 3, mentions: ['all', ben] });
    expect(Object.keys(queue.messages[1] ?? {})).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/reply_to|mentions/)]),
    );
  });

  it.each([
    ['a foreign conversation', team],
    ['a missing one', convoId('nowhere')],
  ])('[A2] refuses %s as not found, and queues nothing', async (_, convo_id) => {
    const { queue, submit } = await setup();
    await expect(submit({ convo_id }, stranger)).rejects.toMatchObject({
      code: 'conversation.not_found',
      message: 'No such conversation',
    });
    expect(queue.messages).toEqual([]);
  });

  it('reads no blocks for whoever may not send', async () => {
    const { submit, blocks, sessions } = await setup();
    blocks.between = () => Promise.reject(new Error('read'));
    await expect(submit({ mentions: [ben] }, stranger)).rejects.toMatchObject({
      code: 'conversation.not_found',
    });
    await sessions.end(anna, [`s_${anna}`]);
    await expect(submit({ mentions: [ben] })).rejects.toMatchObject({ code: 'auth.session_ended' });
  });

  it('[P8] refuses an ended session, and queues nothing', async () => {
    const { queue, submit, sessions } = await setup();
    await sessions.end(anna, [`s_${anna}`]);
    await expect(submit()).rejects.toMatchObject({ code: 'auth.session_ended' });
    expect(queue.messages).toEqual([]);
  });

  it('[P8] tells an ended session nothing of the conversation either', async () => {
    const { submit, sessions } = await setup();
    await sessions.end(stranger, [`s_${stranger}`]);
    await expect(submit({}, stranger)).rejects.toMatchObject({ code: 'auth.session_ended' });
  });

  it('[S6] refuses more than a burst, and says when to come back', async () => {
    const { queue, gate, submit } = await setup();
    for (let sent = 0; sent < userRateLimits['message.send'].burst; sent += 1) {
      await gate.admit({ userId: anna, sessionId: `s_${anna}` }, 'message.send');
    }
    await expect(submit()).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: 50 });
    expect(queue.messages).toEqual([]);
  });

  it('[S6] says that it was not accepted when the queue does not answer', async () => {
    const { queue, submit } = await setup();
    queue.isDown = true;
    await expect(submit()).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('mentions of people with a block between', () => {
  const now = '2026-03-01T12:00:00.000Z';

  it.each([
    ['who block the sender', ben, anna],
    ['whom the sender blocks', anna, ben],
  ])('[B3] are marked when it is people %s', async (_, blocker, blocked) => {
    const { queue, submit, blocks } = await setup();
    await blocks.put(blocker, blocked, now);
    await submit({ mentions: [ben, 'all', cleo] });
    expect(queue.messages[0]).toMatchObject({ mentions: [ben, 'all', cleo], silent_mentions: [ben] });
  });

  it('[B3] are nothing that a retry after the end of the block could be told by', async () => {
    const { queue, submit, blocks } = await setup();
    await blocks.put(ben, anna, now);
    await submit({ mentions: [ben] });
    await blocks.remove(ben, anna);
    await submit({ mentions: [ben] });
    const [first, second] = queue.messages.map((event) => bodyHash(messageAccepted.parse(event)));
    expect(queue.messages[1]).not.toHaveProperty('silent_mentions');
    expect(first).toBe(second);
  });

  it('cost no read where nobody is mentioned', async () => {
    const { submit, blocks } = await setup();
    blocks.between = () => Promise.reject(new Error('read'));
    await submit();
    await submit({ mentions: ['all'] });
    await expect(submit({ mentions: [cleo] })).rejects.toThrow('read');
  });
});

describe('submitAdmittedMessage', () => {
  const submission = (userId: string) => ({
    frame: { convo_id: team, client_msg_id: 'client-1', content: 'from a script' },
    identity: anIdentity(userId),
    connectionId: '',
    requestId: 'request-8',
    receivedAtMs: startMs,
  });

  it('queues a message that nobody waits for at a socket', async () => {
    const deps = await setup();
    await submitAdmittedMessage(submission(anna), deps);
    expect(messageAccepted.parse(deps.queue.messages[0])).toMatchObject({
      sender_id: anna,
      connection_id: '',
      content: 'from a script',
    });
  });

  it('[A2] refuses a foreign conversation as not found, and queues nothing', async () => {
    const deps = await setup();
    await expect(submitAdmittedMessage(submission(stranger), deps)).rejects.toMatchObject({
      code: 'conversation.not_found',
    });
    expect(deps.queue.messages).toEqual([]);
  });
});
