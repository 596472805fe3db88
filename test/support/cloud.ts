/** Where a test finds the system: the one that all flows share, by its URL alone, or a cloud of its own to break. */
import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject, onTestFinished } from 'vitest';
import { httpClient } from './client.ts';
import { viewerHeaders } from './edge.ts';
import { newPerson, type Person } from './people.ts';
import type { TestSocket } from './socket.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The system that the flows talk to. */
    readonly confabUrl: string;
    /** Its secret of the edge; empty when it is not ours to know. */
    readonly edgeSecret: string;
    /** The synthesized templates and the built functions, made once for the whole run. */
    readonly assemblyDir: string;
    /** Where the browser tests find the web client and its system. */
    readonly pagesUrl: string;
  }
}

/** Each test file comes from an address of its own, so that none uses up what another may ask for. */
const viewer = randomInt(1 << 24);

/** The system under test, as a client knows it. */
export function sharedCloud() {
  const edgeSecret = inject('edgeSecret');
  return httpClient(inject('confabUrl'), edgeSecret ? viewerHeaders(edgeSecret, viewer) : {});
}

/** Two new people, or as many as named. */
export async function people(count: 1): Promise<[Person]>;
export async function people(count?: 2): Promise<[Person, Person]>;
export async function people(count: 3): Promise<[Person, Person, Person]>;
export async function people(count: number): Promise<Person[]>;
export async function people(count = 2): Promise<Person[]> {
  return await Promise.all(
    Array.from({ length: count }, (_, index) => newPerson(sharedCloud(), `p${index + 1}`)),
  );
}

/** One device of this person, closed when the test ends. */
export async function connect(person: Person): Promise<TestSocket> {
  const socket = await person.connect();
  onTestFinished(async () => {
    await socket.close();
  });
  return socket;
}

/** An empty folder that goes when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'confab-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
