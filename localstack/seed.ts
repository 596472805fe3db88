/**
 * `npm run seed`: demo people who talk to each other, through nothing but the public API of a running Confab
 * (CONFAB_URL, or the local one at PORT). Another run finds everything there and adds nothing: its messages carry the
 * same client_msg_ids.
 */
import { conversationResponse, conversationsResponse } from '../events/http-contracts.ts';
import { parsePort } from './cloud/preflight.ts';
import { runCommand } from './cloud/run-command.ts';
import { type Api, createApi } from './seed/api-client.ts';
import { bringPerson, type DemoPerson } from './seed/demo-person.ts';
import {
  type DemoHandle,
  demoEmail,
  demoPassword,
  demoPeople,
  directTalk,
  groupTalk,
  groupTitle,
} from './seed/demo-script.ts';
import { proveAddress } from './seed/prove-address.ts';

type Cast = Readonly<Record<DemoHandle, DemoPerson>>;

await runCommand(async () => {
  const url = (process.env.CONFAB_URL || `http://127.0.0.1:${parsePort(process.env.PORT)}`).replace(
    /\/$/,
    '',
  );
  const api = createApi(url);
  const cast = await bringEverybody(api);
  const administers = await proveAddress(url, api, cast[demoPeople[0].handle]);
  try {
    const direct = await openDirect(api, cast);
    await perform(cast, direct, 'seed-direct', directTalk);
    const group = await openGroup(api, cast);
    await perform(cast, group, 'seed-group', groupTalk);
  } finally {
    for (const person of Object.values(cast)) person.leave();
  }
  console.log(`Sign in at ${url} with the password "${demoPassword}" as`);
  for (const { user } of Object.values(cast)) {
    const note = administers === user.user_id ? ', who administers this Confab' : '';
    console.log(`  ${user.email.padEnd(24)} ${user.display_name}${note}`);
  }
});

async function bringEverybody(api: Api): Promise<Cast> {
  const bring = async ({ handle, displayName }: (typeof demoPeople)[number]) => {
    const account = { handle, displayName, email: demoEmail({ handle }), password: demoPassword };
    return [handle, await bringPerson(api, account)] as const;
  };
  return Object.fromEntries(await Promise.all(demoPeople.map(bring))) as Cast;
}

async function openDirect(api: Api, { ada, grace }: Cast): Promise<string> {
  const { convo_id: convoId } = await api.call('POST /conversations', {
    schema: conversationResponse,
    accessToken: ada.accessToken,
    body: { type: 'direct', members: [grace.user.user_id] },
  });
  return convoId;
}

async function openGroup(api: Api, { ada, grace, linus }: Cast): Promise<string> {
  const { accessToken } = ada;
  const page = await api.call('GET /conversations?limit=100', { schema: conversationsResponse, accessToken });
  const known = page.conversations.find(({ title }) => title === groupTitle);
  if (known !== undefined) return known.convo_id;
  const { convo_id: convoId } = await api.call('POST /conversations', {
    schema: conversationResponse,
    accessToken,
    body: { type: 'group', title: groupTitle, members: [grace.user.user_id, linus.user.user_id] },
  });
  return convoId;
}

/** Each waits for the ack of the one before, so that the talk makes sense. */
async function perform(cast: Cast, convoId: string, id: string, talk: typeof directTalk): Promise<void> {
  for (const [index, { by, text }] of talk.entries()) {
    await cast[by].say(convoId, `${id}-${index + 1}`, text);
  }
}
