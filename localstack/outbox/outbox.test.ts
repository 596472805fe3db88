import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createOutbox } from './outbox.ts';
import { codeOf, type MessageDraft } from './outbox-message.ts';

let folder: string;
let file: string;
let made: number;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'outbox-'));
  file = join(folder, 'outbox', 'messages.jsonl');
  made = 0;
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

const open = (messagesMax?: number) =>
  createOutbox({
    file,
    now: () => Date.UTC(2026, 0, 2, 3, 4, 5),
    newId: () => `id-${String(++made).padStart(5, '0')}`,
    ...(messagesMax !== undefined && { messagesMax }),
  });
const aMail = (overrides: Partial<MessageDraft> = {}): MessageDraft => ({
  channel: 'email',
  to: 'ada@example.com',
  from: 'Confab <no-reply@example.com>',
  subject: 'Your code',
  text: 'Your code is 123456.',
  html: '',
  ...overrides,
});
const texts = (messages: readonly { text: string }[]) => messages.map(({ text }) => text);
const linesOnDisk = () => readFileSync(file, 'utf8').split('\n').length - 1;

describe('codeOf', () => {
  it.each([
    ['Your code is 123456.', '123456'],
    ['123456 is your code, not 654321', '123456'],
    ['code:\n012345\n', '012345'],
    ['(123456)', '123456'],
    ['https://example.com/verify?code=123456&x=1', '123456'],
  ])('finds the code in %j', (text, code) => {
    expect(codeOf(text)).toBe(code);
  });

  it.each([
    '1234567',
    '12345',
    '+15555550100123456',
    'a123456',
    '123456b',
    '#123456',
    '555-123456',
    '/123456/x',
    '1.123456',
    '',
  ])('finds none in %j', (text) => {
    expect(codeOf(text)).toBeUndefined();
  });
});

describe('the outbox', () => {
  it('keeps a message with its id, time and code over a restart', () => {
    const added = open().add(aMail());
    expect(added).toEqual({
      ...aMail(),
      id: 'id-00001',
      sent_at: '2026-01-02T03:04:05.000Z',
      code: '123456',
    });
    expect(open().list({})).toEqual([added]);
    expect(open().add(aMail({ text: 'no code' }))).not.toHaveProperty('code');
  });

  it('is read by its owner only', () => {
    open().add(aMail());
    expect(statSync(file).mode & 0o777).toBe(0o600);
    open().clear();
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('forgets the oldest beyond its bound, in memory and on disk', () => {
    const outbox = open(3);
    for (let n = 1; n <= 20; n += 1) {
      outbox.add(aMail({ text: `m${n}` }));
      expect(linesOnDisk()).toBeLessThan(6);
    }
    expect(texts(outbox.list({}))).toEqual(['m18', 'm19', 'm20']);
    expect(texts(open(3).list({}))).toEqual(['m18', 'm19', 'm20']);
  });

  it('answers the messages of one address in any case, after one and up to a number', () => {
    const outbox = open();
    const first = outbox.add(aMail({ text: 'a1' }));
    outbox.add(aMail({ text: 'b1', to: 'bob@example.com' }));
    outbox.add(aMail({ text: 'a2' }));
    const last = outbox.add(aMail({ text: 'a3' }));
    const to = 'ADA@example.com';
    expect(texts(outbox.list({ to }))).toEqual(['a1', 'a2', 'a3']);
    expect(texts(outbox.list({ to, after: first.id }))).toEqual(['a2', 'a3']);
    expect(texts(outbox.list({ to, after: first.id, limit: 1 }))).toEqual(['a2']);
    expect(texts(outbox.list({ to, limit: 1 }))).toEqual(['a3']);
    expect(outbox.list({ after: last.id })).toEqual([]);
  });

  it('is empty after clear, also for the next run, and an id from before still says what is new', () => {
    const outbox = open();
    const { id: after } = outbox.add(aMail());
    outbox.clear();
    expect(open().list({})).toEqual([]);
    outbox.add(aMail({ text: 'new' }));
    expect(texts(outbox.list({ after }))).toEqual(['new']);
  });

  it('drops the half line of a process that was killed, and goes on behind the whole ones', () => {
    open().add(aMail({ text: 'whole' }));
    appendFileSync(file, '{"id":"id-9","channel":"em');
    const outbox = open();
    outbox.add(aMail({ text: 'next' }));
    expect(texts(open().list({}))).toEqual(['whole', 'next']);
  });

  it('says that a damaged file needs a reset, and nothing of what is in it', () => {
    open().add(aMail());
    writeFileSync(file, readFileSync(file, 'utf8').replace('"channel":"email"', '"channel":"fax"'));
    expect(open).toThrow('The state on disk cannot be used');
    expect(open).not.toThrow(/ada|123456/);
  });
});

describe('waiting', () => {
  it('answers at once what is there already', async () => {
    const outbox = open();
    outbox.add(aMail());
    expect(await outbox.waitFor({ to: 'ada@example.com' }, { waitMs: 60_000 })).toHaveLength(1);
  });

  it('ends with the first message that matches', async () => {
    const outbox = open();
    const waiting = outbox.waitFor({ to: 'ada@example.com' }, { waitMs: 60_000 });
    outbox.add(aMail({ to: 'bob@example.com', text: 'not this' }));
    outbox.add(aMail({ text: 'this' }));
    expect(texts(await waiting)).toEqual(['this']);
  });

  it('answers nothing when the time is over', async () => {
    vi.useFakeTimers();
    const waiting = open().waitFor({}, { waitMs: 20_000 });
    await vi.advanceTimersByTimeAsync(20_000);
    expect(await waiting).toEqual([]);
  });

  it.each(['before it began', 'meanwhile'])('answers nothing when it was given up %s', async (when) => {
    const outbox = open();
    if (when === 'before it began') outbox.add(aMail());
    const giveUp = new AbortController();
    if (when === 'before it began') giveUp.abort();
    const waiting = outbox.waitFor({}, { waitMs: 60_000, signal: giveUp.signal });
    giveUp.abort();
    expect(await waiting).toEqual([]);
  });
});
