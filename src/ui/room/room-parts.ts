/** What is shown of a room once one is in, and after. */

export { Ended } from './ended.tsx'
export { Room } from './room.tsx'
