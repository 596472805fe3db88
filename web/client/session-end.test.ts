import { beforeEach, describe, expect, it } from 'vitest';
import type { ConfabClient } from './confab-client.ts';
import { memoryOutboxStore, type OutboxStore } from './outbox-store.ts';
import { SignedOutError } from './problem-error.ts';
import type { SessionStore } from './session-store.ts';
import { problem } from './testing/fake-answer.ts';
import { FakeServer } from './testing/fake-server.ts';
import {
  ada,
  aSession,
  convoId,
  grace,
  startClient,
  tabChannels,
  tabSessions,
  texts,
} from './testing/test-client.ts';
import { VirtualTime } from './testing/virtual-time.ts';

const linus = `u_${'L'.repeat(26)}`;

let time: VirtualTime;
let server: FakeServer;
let outboxStore: OutboxStore;
let openSessions: () => SessionStore;
let openChannel: ReturnType<typeof tabChannels>;
/** What was wiped of the stores that belong to the browser. */
let wipes: ('device' | 'tab')[];

/** A tab of the one browser of this test. */
function aTab(userId = ada, fetch: typeof globalThis.fetch = server.fetch): ConfabClient {
  return startClient({
    server,
    time,
    userId,
    outboxStore,
    sessions: openSessions(),
    environment: {
      fetch,
      tabs: openChannel(),
      wipe: async (scope) => {
        wipes.push(scope);
      },
    },
  });
}

async function unsent(tab: ConfabClient): Promise<void> {
  server.faults.loseFrame = (frame) => frame.action === 'message.send';
  await tab.chat?.send(convoId, 'unsent');
}

function sessionId(): string {
  return openSessions().read()?.session_id ?? '';
}

beforeEach(() => {
  time = new VirtualTime();
  server = new FakeServer(time.now);
  server.addConversation(convoId, [ada, grace]);
  outboxStore = memoryOutboxStore();
  openSessions = tabSessions();
  openChannel = tabChannels();
  wipes = [];
});

describe('a session that somebody ended elsewhere', () => {
  it('[P8] leaves nothing in any store, and every tab says why', async () => {
    const tabs = [aTab(), aTab()] as const;
    await time.advance(0);
    await unsent(tabs[0]);
    server.accounts.sessions.end(sessionId());
    await time.advance(0);
    for (const tab of tabs) {
      expect(tab.chat).toBeUndefined();
      expect(tab.signedOutBecause).toBe('ended');
    }
    expect(openSessions().read()).toBeUndefined();
    expect(await outboxStore.list(ada)).toEqual([]);
    expect(wipes).toContain('device');
  });

  it('is explained in a tab that hears of it from another one only', async () => {
    const first = aTab();
    await time.advance(0);
    const second = aTab();
    // The second tab has no socket of its own yet.
    server.faults.isUnreachable = true;
    await time.advance(0);
    server.faults.isUnreachable = false;
    server.accounts.sessions.end(sessionId());
    await time.advance(0);
    expect([first.signedOutBecause, second.signedOutBecause]).toEqual(['ended', 'ended']);
  });

  it('is forgotten as soon as somebody signs in', async () => {
    const tab = aTab();
    await time.advance(0);
    server.accounts.sessions.end(sessionId());
    await time.advance(0);
    await tab.logIn({ email: `${ada}@example.test`, password: 'a long enough password' });
    expect(tab.signedOutBecause).toBeUndefined();
    expect(tab.chat?.state.me.user_id).toBe(ada);
  });
});

describe('a session that lapsed', () => {
  it('keeps what was not sent for the return of the same person, and from anybody else', async () => {
    const tab = aTab();
    await time.advance(0);
    await unsent(tab);
    server.forgetSession(sessionId());
    server.expireAccessTokens();
    await expect(tab.chat?.findPeople('x')).rejects.toThrow();
    await time.advance(0);
    expect(tab.signedOutBecause).toBe('lapsed');
    expect(openSessions().read()).toBeUndefined();
    expect(await outboxStore.list(ada)).toHaveLength(1);
    aTab(grace);
    await time.advance(0);
    expect(await outboxStore.list(ada)).toEqual([]);
  });
});

describe('signing out', () => {
  it('takes effect at once, on this device and in the other tabs, before the server has answered', async () => {
    const tabs = [aTab(), aTab()] as const;
    await time.advance(0);
    await unsent(tabs[0]);
    const left = tabs[0].signOut();
    expect(tabs.map((tab) => tab.chat)).toEqual([undefined, undefined]);
    expect(openSessions().read()).toBeUndefined();
    await left;
    expect(await outboxStore.list(ada)).toEqual([]);
    expect(wipes).toEqual(['tab', 'device']);
    expect(server.accounts.sessions.count).toBe(0);
    await time.advance(0);
    expect(tabs.map((tab) => tab.signedOutBecause)).toEqual([undefined, undefined]);
  });

  it('ends the session on the server although the access token has run out', async () => {
    const tab = aTab();
    await time.advance(0);
    server.expireAccessTokens();
    await tab.signOut();
    expect(server.accounts.sessions.count).toBe(0);
  });

  it('shows the next person nothing of the former one, in any tab', async () => {
    const tabs = [aTab(), aTab()] as const;
    await time.advance(0);
    server.addConversation(`c_${'9'.repeat(26)}`, [ada]);
    server.post(convoId, ada, 'between ada and grace');
    await time.advance(0);
    await unsent(tabs[1]);
    await tabs[0].signOut();
    server.faults.loseFrame = () => false;

    server.signIn(linus);
    await tabs[0].logIn({ email: `${linus}@example.test`, password: 'a long enough password' });
    await time.advance(60_000);
    for (const tab of tabs) {
      expect(tab.chat?.state.me.user_id).toBe(linus);
      expect([...(tab.chat?.state.conversations.keys() ?? [])]).toEqual([]);
      expect([...(tab.chat?.state.people.keys() ?? [])]).toEqual([linus]);
      expect(tab.chat?.unsentCount).toBe(0);
    }
    expect(texts(tabs[0])).toEqual([]);
  });

  it('is not explained as an end from elsewhere when an answer on its way says that the session is over', async () => {
    const arrival = Promise.withResolvers<void>();
    const slow: typeof fetch = async (input, init) => {
      const response = await server.fetch(input, init);
      if (server.requests.at(-1)?.startsWith('GET /users')) await arrival.promise;
      return response;
    };
    const tab = aTab(ada, slow);
    await time.advance(0);
    server.faults.answerRequest = (route) =>
      route === 'GET /users' ? problem(401, 'auth.session_ended') : undefined;
    const found = tab.chat?.findPeople('x');
    await tab.signOut();
    arrival.resolve();
    await expect(found).rejects.toThrow(SignedOutError);
    expect(tab.signedOutBecause).toBeUndefined();
  });

  it('of the former person does not reach the next one when it comes late', async () => {
    const tab = aTab();
    await time.advance(0);
    const adas = sessionId();
    const adasChat = tab.chat;
    await tab.signOut();
    openSessions().write(aSession(server.signIn(grace), time));
    await time.advance(0);
    expect(tab.chat?.state.me.user_id).toBe(grace);
    server.accounts.sessions.end(adas);
    await expect(adasChat?.findPeople('x')).rejects.toThrow();
    openChannel().post({ topic: 'session', session_id: adas, end: 'ended' });
    await time.advance(0);
    expect(tab.chat?.state.me.user_id).toBe(grace);
    expect(tab.signedOutBecause).toBeUndefined();
    expect(sessionId()).not.toBe('');
  });
});

describe('erasing the account', () => {
  it('leaves nothing behind and says so, although the socket hears of the end before the answer comes', async () => {
    const tabs = [aTab(), aTab()] as const;
    await time.advance(0);
    await unsent(tabs[0]);
    const id = sessionId();
    await tabs[0].eraseAccount();
    await time.advance(0);
    // A tab that heard of the end of the session only.
    openChannel().post({ topic: 'session', session_id: id, end: 'ended' });
    expect(tabs.map((tab) => tab.signedOutBecause)).toEqual(['erased', 'erased']);
    expect(await outboxStore.list(ada)).toEqual([]);
    expect(openSessions().read()).toBeUndefined();
    expect(server.accounts.accounts.has(ada)).toBe(false);
  });

  it('that was refused leaves everything as it was', async () => {
    const tab = aTab();
    await time.advance(0);
    server.accounts.sessions.forgetAuthentication();
    await expect(tab.eraseAccount()).rejects.toMatchObject({ code: 'auth.reauthentication_required' });
    expect(tab.chat?.state.connection).toBe('live');
    server.accounts.sessions.end(sessionId());
    await time.advance(0);
    expect(tab.signedOutBecause).toBe('ended');
  });
});

it('shows a changed profile in every tab, and keeps it over a reload', async () => {
  const tabs = [aTab(), aTab()] as const;
  await time.advance(0);
  tabs[0].showMe(await tabs[0].account.update({ display_name: 'Countess' }));
  for (const tab of [...tabs, aTab()]) {
    expect(tab.chat?.state.me.display_name).toBe('Countess');
    expect(tab.chat?.state.people.get(ada)?.display_name).toBe('Countess');
  }
});
