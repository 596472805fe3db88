/** The parts of the settings, in their order; the id stands in the address. */
export const sections = [
  { id: 'profile', title: 'Profile' },
  { id: 'addresses', title: 'E-mail and phone' },
  { id: 'password', title: 'Password' },
  { id: 'two-step', title: 'Two-step sign-in' },
  { id: 'sessions', title: 'Sessions' },
  { id: 'privacy', title: 'Privacy' },
  { id: 'blocked', title: 'Blocked people' },
  { id: 'data', title: 'Your data' },
] as const;

export type SectionId = (typeof sections)[number]['id'];

/** Undefined for what the address bar makes up. */
export function sectionOf(id: string | undefined): (typeof sections)[number] | undefined {
  return sections.find((section) => section.id === id);
}
