import type { Role } from '../../events/server-frames.ts';

export const roleNames: Readonly<Record<Role, string>> = { owner: 'Owner', admin: 'Admin', member: 'Member' };

export const roleChoices = (['member', 'admin', 'owner'] as const).map((value) => ({
  value,
  name: roleNames[value],
}));

/** Owners see to everybody else, admins to plain members: as the server has it. */
export function outranks(mine: Role, theirs: Role): boolean {
  return mine === 'owner' || (mine === 'admin' && theirs === 'member');
}
