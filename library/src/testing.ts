/** The kit that the project tests itself with: `toolcrib/testing`. Needs `ws` for servers, `fast-check` for contracts. @module */
export { type Capture, type CaptureOptions, createCapture } from './testing/capture.ts'
export { createManualClock, type ManualClock } from './testing/manual-clock.ts'
export { expectNoLeaks } from './testing/no-leaks.ts'
export { createRawSocket, type RawSocket } from './testing/raw-socket.ts'
export { countRoundTrips, endToEnd, type RoundTrips } from './testing/round-trips.ts'
export {
  createScriptedModel,
  type RecordedRequest,
  type Script,
  type ScriptedCall,
  type ScriptedModel,
  type ScriptedStep,
} from './testing/scripted-model.ts'
export { startTestServer, type TestServer, type TestServerOptions } from './testing/server.ts'
export { storeContract, type TestRunner } from './testing/store-contract.ts'
