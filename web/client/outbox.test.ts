import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { MessageChangeFrame, MessageSendFrame } from '../../events/client-frames.ts';
import type { MessageView } from '../../events/http-contracts.ts';
import type { ErrorFrame } from '../../events/server-frames.ts';
import { inProcessLocks, type Locks } from './locks.ts';
import type { ConfirmedChange } from './message-changes.ts';
import { Outbox } from './outbox.ts';
import { memoryOutboxStore, type OutboxStore } from './outbox-store.ts';
import { ada, aMessage, convoId, tabChannels } from './testing/test-client.ts';
import { VirtualTime } from './testing/virtual-time.ts';

const otherConvo = `c_${'2'.repeat(26)}`;

let time: VirtualTime;
let store: OutboxStore;
let locks: Locks;
let openTab: ReturnType<typeof tabChannels>;
let ids: number;

interface Tab {
  readonly outbox: Outbox;
  readonly sent: (MessageSendFrame | MessageChangeFrame)[];
  readonly persisted: MessageView[];
  readonly changed: ConfirmedChange[];
}

function aTab(): Tab {
  const sent: Tab['sent'] = [];
  const changed: ConfirmedChange[] = [];
  const persisted: MessageView[] = [];
  const outbox = new Outbox({
    userId: ada,
    store,
    environment: {
      now: time.now,
      setTimer: time.setTimer,
      random: () => 0.5,
      newId: () => {
        ids += 1;
        return `id-${ids}`;
      },
      locks,
      tabs: openTab(),
    },
    send: (frame) => sent.push(frame),
    onChange: () => {},
    onPersisted: (message) => persisted.push(message),
    onChanged: (change) => changed.push(change),
  });
  return { outbox, sent, persisted, changed };
}

/** A tab with a connection, which has sent `one` and waits for the ack of it. */
async function aTabThatSent(): Promise<Tab> {
  const tab = aTab();
  tab.outbox.setLive(true);
  await tab.outbox.enqueue(convoId, 'one');
  await time.advance(0);
  return tab;
}

function texts(tab: Tab): string[] {
  return tab.sent.map((frame) => (frame.action === 'message.send' ? frame.content : frame.action));
}

function ack(tab: Tab, clientMsgId: string, status: 'persisted' | 'duplicate' = 'persisted'): void {
  const { server_msg_id, seq_no, created_at } = aMessage(1);
  tab.outbox.handle({
    type: 'message.ack',
    convo_id: convoId,
    client_msg_id: clientMsgId,
    status,
    server_msg_id,
    seq_no,
    created_at,
  });
}

function anError(overrides: Partial<ErrorFrame>): ErrorFrame {
  return {
    type: 'error',
    code: 'internal',
    detail: 'no',
    request_id: 'r',
    client_msg_id: 'id-1',
    ...overrides,
  };
}

beforeEach(() => {
  time = new VirtualTime();
  store = memoryOutboxStore();
  locks = inProcessLocks();
  openTab = tabChannels();
  ids = 0;
});

describe('sending', () => {
  it('has one message of a conversation on its way at a time, in the order of writing', async () => {
    const tab = aTab();
    tab.outbox.setLive(true);
    for (const text of ['one', 'two', 'three']) await tab.outbox.enqueue(convoId, text);
    await tab.outbox.enqueue(otherConvo, 'elsewhere');
    await time.advance(0);
    expect(texts(tab)).toEqual(['one', 'elsewhere']);
    ack(tab, 'id-1');
    expect(texts(tab)).toEqual(['one', 'elsewhere', 'two']);
    ack(tab, 'id-2');
    expect(texts(tab).at(-1)).toBe('three');
  });

  it('hands over the confirmed message before its entry goes', async () => {
    const tab = await aTabThatSent();
    ack(tab, 'id-1');
    expect(tab.persisted).toMatchObject([
      { client_msg_id: 'id-1', content: 'one', sender_id: ada, seq_no: 1 },
    ]);
    await time.advance(0);
    expect(await store.list(ada)).toEqual([]);
  });

  it('takes the push of our own message for its ack: the ack itself may be lost', async () => {
    const tab = await aTabThatSent();
    const push = { type: 'message.create', ...aMessage(1, { client_msg_id: 'id-1' }) } as const;
    tab.outbox.handle(push);
    expect(tab.outbox.entries).toHaveLength(1);
    tab.outbox.handle({ ...push, sender_id: ada });
    expect(tab.outbox.entries).toHaveLength(0);
  });

  it('sends nothing while there is no connection, and everything when there is', async () => {
    const tab = aTab();
    await tab.outbox.enqueue(convoId, 'one');
    await time.advance(60_000);
    expect(tab.sent).toEqual([]);
    tab.outbox.setLive(true);
    await time.advance(0);
    expect(texts(tab)).toEqual(['one']);
  });
});

describe('what is not acknowledged', () => {
  it('is sent again after a reconnect, with the same client_msg_id', async () => {
    const tab = await aTabThatSent();
    tab.outbox.setLive(false);
    tab.outbox.setLive(true);
    await time.advance(0);
    expect(tab.sent).toHaveLength(2);
    expect(tab.sent[1]).toEqual(tab.sent[0]);
    ack(tab, 'id-1', 'duplicate');
    expect(tab.outbox.entries).toEqual([]);
  });

  it('is sent again when no ack comes in time', async () => {
    const tab = aTab();
    tab.outbox.setLive(true);
    await tab.outbox.enqueue(convoId, 'one');
    await time.advance(9_999);
    expect(tab.sent).toHaveLength(1);
    await time.advance(1);
    expect(tab.sent[1]).toEqual(tab.sent[0]);
  });

  it('survives a reload', async () => {
    const before = aTab();
    await before.outbox.enqueue(convoId, 'one');
    before.outbox.close();
    const after = aTab();
    await after.outbox.load();
    expect(after.outbox.entries).toMatchObject([{ content: 'one', client_msg_id: 'id-1' }]);
    after.outbox.setLive(true);
    await time.advance(0);
    expect(after.sent).toMatchObject([{ content: 'one', client_msg_id: 'id-1' }]);
  });

  it('is sent again later, no sooner than asked, when the server is busy', async () => {
    const tab = await aTabThatSent();
    tab.outbox.handle(anError({ code: 'rate_limited', retry_after_ms: 3_000 }));
    await time.advance(2_999);
    expect(tab.sent).toHaveLength(1);
    await time.advance(1_000);
    expect(tab.sent[1]).toEqual(tab.sent[0]);
  });

  it('stays in the queue when the session was at fault', async () => {
    const tab = await aTabThatSent();
    tab.outbox.handle(anError({ code: 'auth.session_ended' }));
    expect(tab.outbox.entries).toMatchObject([{ state: 'queued' }]);
  });
});

describe('what is refused', () => {
  async function refused(code: string): Promise<Tab> {
    const tab = aTab();
    tab.outbox.setLive(true);
    await tab.outbox.enqueue(convoId, 'one');
    await tab.outbox.enqueue(convoId, 'two');
    await time.advance(0);
    const error = { code, detail: 'no' };
    tab.outbox.handle({
      type: 'message.ack',
      convo_id: convoId,
      client_msg_id: 'id-1',
      status: 'rejected',
      error,
    });
    await time.advance(0);
    return tab;
  }

  it('fails with its reason, stays, and does not hold up what was written after it', async () => {
    const tab = await refused('conversation.not_found');
    expect(tab.outbox.entries[0]).toMatchObject({
      state: 'failed',
      error: { code: 'conversation.not_found' },
    });
    expect(texts(tab)).toEqual(['one', 'two']);
    expect((await store.list(ada))[0]).toMatchObject({ state: 'failed' });
    await time.advance(600_000);
    expect(texts(tab).filter((text) => text === 'one')).toHaveLength(1);
  });

  it('fails also when an error frame says that it will never do', async () => {
    const tab = await aTabThatSent();
    tab.outbox.handle(anError({ code: 'message.content_invalid' }));
    expect(tab.outbox.entries).toMatchObject([{ state: 'failed' }]);
  });

  it('can be tried again with the same id, which may have been stored after all', async () => {
    const tab = await refused('message.undeliverable');
    ack(tab, 'id-2');
    await tab.outbox.retry('id-1');
    expect(tab.sent.at(-1)).toMatchObject({ content: 'one', client_msg_id: 'id-1' });
  });

  it('takes a new id when the old one stands for another text', async () => {
    const tab = await refused('message.id_reused');
    ack(tab, 'id-2');
    await tab.outbox.retry('id-1');
    expect(tab.sent.at(-1)).toMatchObject({ content: 'one', client_msg_id: 'id-3' });
  });

  it('can be discarded', async () => {
    const tab = await refused('conversation.not_found');
    await tab.outbox.discard('id-1');
    expect(await store.list(ada)).toMatchObject([{ content: 'two' }]);
  });
});

describe('two tabs', () => {
  it('share the queue, and one of them sends', async () => {
    const [first, second] = [aTab(), aTab()];
    first.outbox.setLive(true);
    second.outbox.setLive(true);
    await second.outbox.enqueue(convoId, 'one');
    await time.advance(0);
    expect(texts(first)).toEqual(['one']);
    expect(second.sent).toEqual([]);
    ack(first, 'id-1');
    await time.advance(0);
    expect(second.persisted).toMatchObject([{ client_msg_id: 'id-1', content: 'one' }]);
    expect(second.outbox.entries).toEqual([]);
  });

  it('hand over when the sender loses its connection: the other one repeats what is not acknowledged', async () => {
    const [first, second] = [aTab(), aTab()];
    first.outbox.setLive(true);
    second.outbox.setLive(true);
    await first.outbox.enqueue(convoId, 'one');
    await time.advance(0);
    first.outbox.setLive(false);
    await time.advance(0);
    expect(second.sent).toEqual(first.sent);
  });

  it('keep the outboxes of two people apart', async () => {
    const tab = aTab();
    await store.add({
      user_id: 'somebody else',
      convo_id: convoId,
      client_msg_id: 'x',
      content: 'not mine',
      written_at_ms: 0,
      state: 'queued',
    });
    tab.outbox.setLive(true);
    await time.advance(0);
    expect(tab.sent).toEqual([]);
  });
});

it('shows nothing that could not be kept', async () => {
  const tab = aTab();
  vi.spyOn(store, 'add').mockRejectedValue(new Error('disk full'));
  await expect(tab.outbox.enqueue(convoId, 'one')).rejects.toThrow('disk full');
  expect(tab.outbox.entries).toEqual([]);
});
