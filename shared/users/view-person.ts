import type { PersonView } from '../../events/server-frames.ts';
import { AppError } from '../errors.ts';
import { personView } from './user.ts';
import type { UserStore } from './user-store.ts';

/** One person as others see them. Throws `user.not_found`, erased and missing alike. */
export async function viewPerson(
  userId: string,
  deps: { users: Pick<UserStore, 'get'> },
): Promise<PersonView> {
  const profile = await deps.users.get(userId);
  if (!profile || profile.deletedAt !== undefined) throw new AppError('user.not_found');
  return personView(profile);
}
