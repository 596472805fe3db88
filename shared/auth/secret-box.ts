import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { type Roots, rememberedRoots, type SecretSource } from './secret-source.ts';

/** Keeps what we must be able to read again, unlike a password: the secret of a second factor. */
export interface SecretBox {
  /** `context` says whose it is (a user id): sealed for one, it cannot be opened for another. */
  seal(plaintext: string, context: string): Promise<string>;
  /** Throws when it was changed, belongs to another context, or was sealed under a root that is gone. */
  open(sealed: string, context: string): Promise<string>;
  /**
   * The same, sealed anew, if it still hangs on the root of before; undefined when there is nothing to do. Whoever opens
   * a value and writes its row anyway stores this, so that the root can be replaced once more.
   */
  renewed(sealed: string, context: string): Promise<string | undefined>;
}

const algorithm = 'aes-256-gcm';
/** NIST SP 800-38D: 96-bit random nonces are good for 2^32 values under one key, one per person and enrolment here. */
const nonceBytes = 12;
const tagBytes = 16;

interface BoxKey {
  /** Says which root a value was sealed under, and nothing about the key. */
  readonly id: string;
  readonly key: Buffer;
}

/**
 * AES-256-GCM under a key from the root (HKDF-SHA-256). Sealed text: `v1.<key id>.<nonce>.<ciphertext and tag>`,
 * base64url. Nonces are drawn here and nowhere else: a caller that could choose one could break the cipher.
 */
export function secretBox(source: SecretSource, clock: Clock): SecretBox {
  const roots = rememberedRoots(source, clock);

  const keyFor = async (id: string): Promise<BoxKey> => {
    const find = (known: Roots) => boxKeys(known).find((key) => key.id === id);
    const key = find(await roots.get()) ?? find(await roots.renew());
    if (!key) throw new Error('a sealed value hangs on a root that is gone');
    return key;
  };
  const seal = async (plaintext: string, context: string) =>
    encrypt(boxKey((await roots.get()).current), plaintext, context);
  const open = async (sealed: string, context: string) => {
    const parts = parse(sealed);
    return decrypt(await keyFor(parts.id), parts, context);
  };

  return {
    seal,
    open,
    async renewed(sealed, context) {
      const { current } = await roots.get();
      return parse(sealed).id === boxKey(current).id
        ? undefined
        : await seal(await open(sealed, context), context);
    },
  };
}

function boxKeys({ current, previous }: Roots): BoxKey[] {
  return [current, ...(previous === undefined ? [] : [previous])].map(boxKey);
}

function boxKey(root: string): BoxKey {
  return {
    id: Buffer.from(hkdfSync('sha256', root, '', 'confab/secret-box/v1/id', 8)).toString('base64url'),
    key: Buffer.from(hkdfSync('sha256', root, '', 'confab/secret-box/v1/key', 32)),
  };
}

function encrypt({ id, key }: BoxKey, plaintext: string, context: string): string {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(Buffer.from(context));
  const body = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return ['v1', id, nonce.toString('base64url'), body.toString('base64url')].join('.');
}

interface SealedParts {
  readonly id: string;
  readonly nonce: Buffer;
  readonly body: Buffer;
}

function parse(sealed: string): SealedParts {
  const [version, id, nonceText, bodyText, ...rest] = sealed.split('.');
  const nonce = canonical(nonceText);
  const body = canonical(bodyText);
  if (version !== 'v1' || !id || rest.length > 0 || nonce?.length !== nonceBytes) throw notOurs();
  if (!body || body.length < tagBytes) throw notOurs();
  return { id, nonce, body };
}

function decrypt({ key }: BoxKey, { nonce, body }: SealedParts, context: string): string {
  const decipher = createDecipheriv(algorithm, key, nonce, { authTagLength: tagBytes });
  decipher.setAAD(Buffer.from(context));
  decipher.setAuthTag(body.subarray(-tagBytes));
  try {
    return decipher.update(body.subarray(0, -tagBytes), undefined, 'utf8') + decipher.final('utf8');
  } catch {
    throw notOurs();
  }
}

/** Only one spelling of the bytes is theirs. */
function canonical(text: string | undefined): Buffer | undefined {
  const bytes = Buffer.from(text ?? '', 'base64url');
  return bytes.toString('base64url') === text ? bytes : undefined;
}

function notOurs(): Error {
  return new Error('a sealed value was changed, or was sealed for somebody else');
}
