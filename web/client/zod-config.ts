import * as z from 'zod/mini';

// Without this zod tries `new Function`, which a strict Content-Security-Policy reports as a violation. It decides
// when a schema is made, so this comes before every import of one.
z.config({ jitless: true });
