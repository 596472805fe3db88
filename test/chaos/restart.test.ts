import { join } from 'node:path';
import { expect, it } from 'vitest';
import { connect, temporaryFolder } from '../support/cloud.ts';
import { ackOf, conversationIn } from '../support/conversation-under-test.ts';
import { afterCrashMs, messagesIn, ownCloud, processor } from '../support/own-cloud.ts';
import { signedIn } from '../support/people.ts';
import { waitFor } from '../support/wait-for.ts';

it('[P1] loses nothing that waits in the queue when the whole cloud is restarted', async () => {
  const stateDir = join(temporaryFolder(), 'state');
  const before = await ownCloud({ stateDir });
  const talk = await conversationIn(before);
  // What a crashed processor held hides for a minute, and everything behind it in its group waits.
  before.tap.faults.add({
    service: 'dynamodb',
    operation: 'GetItem',
    functionName: processor,
    times: 1,
    action: { kind: 'kill-function-after', kill: (name) => before.lambda.killEnvironments(name) },
  });
  const texts = ['one', 'two', 'three'];
  for (const [index, text] of texts.entries()) {
    talk.sends(text);
    await waitFor(`${text} in the queue`, () => messagesIn(before, before.messageQueue) === index + 1);
  }
  expect(await talk.provenHistory()).toEqual(['hello']);
  const port = Number(new URL(before.url).port);
  await before.close();

  const after = await ownCloud({ stateDir, port });
  expect(messagesIn(after, after.messageQueue)).toBe(3);
  after.passTime(afterCrashMs);

  await after.untilQueueIsEmpty();
  expect(await talk.provenHistory()).toEqual(['hello', ...texts]);
  const [adaAgain, benAgain] = await Promise.all([connect(talk.ada), connect(talk.ben)]);
  benAgain.send({ action: 'sync', cursors: { [talk.convoId]: 1 } });
  await benAgain.next('synced');
  expect(benAgain.all('message.create').map(({ content }) => content)).toEqual(texts);
  const id = talk.sends('still the same conversation', { socket: adaAgain });
  expect(await ackOf(adaAgain, id)).toMatchObject({ status: 'persisted', seq_no: 5 });
});

it('keeps accounts, sessions and signing keys over a restart', async () => {
  const stateDir = join(temporaryFolder(), 'state');
  const before = await ownCloud({ stateDir });
  const { ada } = await conversationIn(before);
  const port = Number(new URL(before.url).port);
  await before.close();

  const after = await ownCloud({ stateDir, port });

  expect((await signedIn(after.http, ada.tokens).call('GET', '/me')).status).toBe(200);
});
