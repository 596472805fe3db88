import type { RegisterResponse, TokensResponse } from '../../events/account-contracts.ts';
import { demoEmail, demoPassword, demoPeople } from '../../localstack/seed/demo-script.ts';
import type { HttpClient } from './client.ts';
import { findOutbox, type Outbox } from './outbox.ts';
import { type Person, signedIn } from './people.ts';

const email = process.env.CONFAB_ADMIN_EMAIL ?? demoEmail(demoPeople[0]);
const password = process.env.CONFAB_ADMIN_PASSWORD ?? demoPassword;

export const noAdmin =
  'nobody here may administer: deploy with -c adminEmails=, and name one who has proven that address in CONFAB_ADMIN_EMAIL and CONFAB_ADMIN_PASSWORD';

/**
 * Somebody who may use the admin routes: on a laptop the first of the demo people, who signs up and proves the address by
 * the code in the outbox, unless that was done before; elsewhere whoever the environment names. Undefined where there is
 * nobody such, and no way to become one.
 */
export async function findAdmin(http: HttpClient): Promise<Person | undefined> {
  const outbox = await findOutbox(http);
  // Two files may do this at once: whoever finds the address proven by the other signs in with it.
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const admin = (await signIn(http)) ?? (outbox && (await signUp(http, outbox)));
    if (admin && (await administers(admin))) return admin;
    if (!outbox) return undefined;
  }
  return undefined;
}

async function administers(person: Person): Promise<boolean> {
  return (await person.call('GET', '/admin/reports?limit=1')).status === 200;
}

async function signIn(http: HttpClient): Promise<Person | undefined> {
  const answer = await http.call<TokensResponse>('POST', '/auth/login', { body: { email, password } });
  if (answer.status !== 200) return undefined;
  const person = signedIn(http, answer.body);
  if (answer.body.user.email_verified) return person;
  const outbox = await findOutbox(http);
  return outbox && (await prove(person, outbox));
}

/** As `npm run seed` would do it; undefined when the other file has just done so. */
async function signUp(http: HttpClient, outbox: Outbox): Promise<Person | undefined> {
  const { handle, displayName } = demoPeople[0];
  const body = { email, password, handle, display_name: displayName };
  const answer = await http.call<RegisterResponse>('POST', '/auth/register', { body });
  return answer.status === 201 ? await prove(signedIn(http, answer.body), outbox) : undefined;
}

/** The same person, whether it came out well or not. */
async function prove(person: Person, outbox: Outbox): Promise<Person> {
  let mail = (await outbox.all(email)).at(-1);
  const request = await person.call<{ challenge_id: string }>('POST', '/auth/otp/request', {
    body: { email, purpose: 'verify' },
  });
  if (request.status !== 202) return person;
  const { challenge_id } = request.body;
  // The mail of the sign-up may come later than the one that was asked for.
  for (let tries = 0; tries < 2; tries += 1) {
    mail = await outbox.next(email, mail);
    const body = { email, purpose: 'verify', challenge_id, code: mail.code ?? 'none' };
    if ((await person.call('POST', '/auth/otp/verify', { body })).status === 200) return person;
  }
  return person;
}
