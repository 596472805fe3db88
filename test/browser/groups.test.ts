import type { Page } from 'playwright-core';
import { describe, expect, it, vi } from 'vitest';
import {
  bubbles,
  composer,
  eventually,
  expectGoodView,
  looks,
  openConversation,
  type PersonPage,
  say,
} from './person-page.ts';
import { adaAndGrace } from './two-people.ts';
import { webSystem } from './web-system.ts';

// A browser takes its time, and more of it when other tests run beside it.
vi.setConfig({ testTimeout: 90_000 });

const system = webSystem();

/** Makes a group of these people, which is then open. */
async function createGroup({ page }: PersonPage, title: string, others: readonly PersonPage[]) {
  await page.getByRole('button', { name: 'New conversation' }).click();
  await page.getByLabel('Group', { exact: true }).check();
  await choosePeople(page, others);
  await page.getByLabel('Name of the group').fill(title);
  await page.getByRole('button', { name: 'Create group' }).click();
  await composer(page).waitFor();
}

async function choosePeople(page: Page, people: readonly PersonPage[]): Promise<void> {
  for (const { handle, displayName } of people) {
    await page.getByLabel('Find people').fill(handle);
    await page.getByRole('button', { name: displayName }).click();
  }
}

async function openFromList(page: Page, name: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Conversations' }).getByRole('link', { name }).click();
}

async function openDetails(page: Page, title: string): Promise<void> {
  await page.getByRole('button', { name: `About ${title}` }).click();
  await page.getByRole('list', { name: 'Members' }).waitFor();
}

function line(page: Page, text: string) {
  return page.getByRole('region', { name: 'Messages' }).getByText(text, { exact: true });
}

describe('a group', () => {
  it('is renamed, has roles, and whoever is removed can read and no longer write', async () => {
    const { ada, grace } = await adaAndGrace(system);
    await createGroup(ada, 'Engines', [grace]);
    await openFromList(grace.page, 'Engines');
    await say(grace.page, 'Here I am');
    await bubbles(ada.page).getByText('Here I am').waitFor();

    await openDetails(ada.page, 'Engines');
    await ada.page.getByRole('button', { name: 'Edit name and topic' }).click();
    await ada.page.getByLabel('Name', { exact: true }).fill('Looms');
    await ada.page.getByRole('button', { name: 'Save', exact: true }).click();
    await line(grace.page, 'Ada Lovelace renamed the conversation to “Looms”').waitFor();
    await grace.page.getByRole('heading', { name: 'Looms' }).waitFor();

    const dialog = ada.page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Manage Grace Hopper' }).click();
    await dialog.getByLabel('Role of Grace Hopper').selectOption('admin');
    await dialog.getByRole('button', { name: 'Set role' }).click();
    await line(grace.page, 'Ada Lovelace made you an admin').waitFor();

    await dialog.getByRole('button', { name: 'Manage Grace Hopper' }).click();
    await dialog.getByRole('button', { name: 'Remove', exact: true }).click();
    await grace.page.getByText('You were removed from this conversation.').waitFor();
    expect(await composer(grace.page).count()).toBe(0);
    expect(await bubbles(grace.page).allTextContents()).toEqual(['Here I am']);
    await line(ada.page, 'You removed Grace Hopper').waitFor({ state: 'attached' });
  });

  it('offers what one may, and says why nobody can write', async () => {
    const { ada, grace } = await adaAndGrace(system);
    await createGroup(ada, 'Engines', [grace]);
    await openFromList(grace.page, 'Engines');
    await openDetails(grace.page, 'Engines');
    for (const name of ['Edit name and topic', 'Add people', 'Save rules', /^Manage/])
      expect(await grace.page.getByRole('button', { name }).count()).toBe(0);
    await grace.page.getByRole('button', { name: 'Close' }).click();

    await openDetails(ada.page, 'Engines');
    await ada.page.getByLabel('Who may write').selectOption('admins');
    await ada.page.getByRole('button', { name: 'Save rules' }).click();
    await grace.page.getByText('Only admins can write here.').waitFor();
    await ada.page.getByRole('button', { name: 'Archive for everybody' }).click();
    await grace.page.getByText('This conversation is archived.').waitFor();
    await ada.page.getByRole('button', { name: 'Take out of the archive' }).click();
    await grace.page.getByText('Only admins can write here.').waitFor();
  });

  it('is left, after a question, and is muted for a while', async () => {
    const { ada, grace } = await adaAndGrace(system);
    await createGroup(ada, 'Engines', [grace]);
    await openFromList(grace.page, 'Engines');
    await openDetails(grace.page, 'Engines');
    await grace.page.getByRole('button', { name: 'Mute until I turn it back on' }).click();
    await grace.page.getByText('Muted until you turn it back on.').waitFor();
    await grace.page.getByRole('button', { name: 'Leave…' }).click();
    await grace.page.getByRole('button', { name: 'Leave', exact: true }).click();
    await grace.page.getByText('You left this conversation.').waitFor();
    await grace.page.reload();
    await grace.page.getByRole('button', { name: 'Conversations that you left' }).click();
    await openFromList(grace.page, 'Engines');
    await grace.page.getByText('You left this conversation.').waitFor();
    await line(ada.page, 'Grace Hopper left').waitFor();
  });
});

describe('coming in', () => {
  it('happens by an invitation', async () => {
    const { ada, grace } = await adaAndGrace(system);
    await createGroup(ada, 'Engines', []);
    await openDetails(ada.page, 'Engines');
    await ada.page.getByRole('button', { name: 'Invitations and links' }).click();
    await choosePeople(ada.page, [grace]);
    await ada.page.getByRole('button', { name: 'Invite', exact: true }).click();
    await ada.page
      .getByRole('list', { name: 'Open invitations' })
      .getByText('Grace Hopper', { exact: true })
      .waitFor();

    const invitations = grace.page.getByRole('region', { name: 'Invitations' });
    await invitations.getByText('Ada Lovelace invites you.').waitFor();
    await expectGoodView(grace.page);
    await invitations.getByRole('button', { name: 'Accept' }).click();
    await composer(grace.page).waitFor();
    await line(ada.page, 'Grace Hopper joined').waitFor({ state: 'attached' });
    expect(await invitations.count()).toBe(0);
  });

  it('happens by a link', async () => {
    const { ada, grace } = await adaAndGrace(system);
    await createGroup(ada, 'Engines', []);
    await openDetails(ada.page, 'Engines');
    await ada.page.getByRole('button', { name: 'Invitations and links' }).click();
    await ada.page.getByLabel('How many may use it').fill('1');
    await ada.page.getByRole('button', { name: 'Create a link' }).click();
    await ada.page.getByRole('list', { name: 'Links' }).getByText('used 0 of 1 times').waitFor();

    await grace.page.goto(await ada.page.getByLabel('Your new link').inputValue());
    await grace.page.getByText('Ada Lovelace invites you.').waitFor();
    await expectGoodView(grace.page);
    await grace.page.getByRole('button', { name: 'Join', exact: true }).click();
    await composer(grace.page).waitFor();
    await grace.page.getByRole('heading', { name: 'Engines' }).waitFor();
  });

  it('happens from the directory of rooms', async () => {
    const { ada, grace } = await adaAndGrace(system);
    const title = `Square ${crypto.randomUUID().slice(0, 8)}`;
    await ada.page.getByRole('button', { name: 'New conversation' }).click();
    await ada.page.getByLabel('Public room', { exact: true }).check();
    await ada.page.getByLabel('Name of the room').fill(title);
    await ada.page.getByRole('button', { name: 'Create room' }).click();
    await composer(ada.page).waitFor();

    await grace.page.getByRole('button', { name: 'Public rooms' }).click();
    await grace.page.getByLabel('Find rooms').fill(title);
    await grace.page.getByRole('button', { name: `Join ${title}` }).click();
    await composer(grace.page).waitFor();
    await line(ada.page, 'Grace Hopper joined').waitFor();
  });
});

it('shows who is there, and what they say of themselves', async () => {
  const { ada, grace } = await adaAndGrace(system);
  await openConversation(ada, grace);
  const title = ada.page.locator('.conversation-title');
  await title.getByText('Online').waitFor();
  await grace.page.getByRole('button', { name: /your status/ }).click();
  await grace.page.getByLabel('Status', { exact: true }).fill('Catching moths');
  await grace.page.getByLabel('Others see you as').selectOption('away');
  await grace.page.getByRole('button', { name: 'Save', exact: true }).click();
  await title.getByText(/Away · Catching moths/).waitFor();
});

it('tells that neither can write where one has blocked the other: the other at the next message', async () => {
  const { ada, grace } = await adaAndGrace(system);
  await openConversation(ada, grace);
  await say(ada.page, 'Hello?');
  await openFromList(grace.page, 'Ada Lovelace');
  await grace.page.getByRole('button', { name: 'About Ada Lovelace' }).click();
  await grace.page.getByRole('button', { name: 'Block', exact: true }).click();
  await grace.page.getByText('Neither of you can write here').waitFor();
  await composer(ada.page).fill('Are you there?');
  await ada.page.keyboard.press('Enter');
  await ada.page.getByText('Neither of you can write here').waitFor();
});

describe.each(looks)('on $name', ({ options }) => {
  it('the dialogs about groups are free of accessibility violations and fit the screen', async () => {
    const { ada, grace } = await adaAndGrace(system, { ada: options });
    await createGroup(ada, 'Engines', [grace]);
    await openDetails(ada.page, 'Engines');
    await ada.page.getByRole('button', { name: 'Manage Grace Hopper' }).click();
    await expectGoodView(ada.page);
    await ada.page.getByRole('button', { name: 'Invitations and links' }).click();
    await ada.page.getByRole('button', { name: 'Create a link' }).click();
    await ada.page.getByLabel('Your new link').waitFor();
    await expectGoodView(ada.page);
    await ada.page.getByRole('button', { name: 'Close' }).click();
    await eventually(() => ada.page.getByRole('dialog').count()).toBe(0);
    await expectGoodView(ada.page);
  });
});
