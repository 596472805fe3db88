/** What the built client depends on, from the root of the repository. */
export const clientSources = ['web', 'events', 'shared', 'package-lock.json'];

/** How the build's process says that it has built something. */
export const builtMark = 'client built';
