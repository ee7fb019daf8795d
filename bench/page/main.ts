import { writePage } from './page.ts'

/** `npm run bench:page`: the pictures and the page of the kept results. */
await writePage()
