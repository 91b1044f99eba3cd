/** The password login between two tabs: the machine and its view. */

export {
  createClient,
  createServer,
  type LoginEffect,
  type LoginEvent,
  type LoginState,
  stepLogin,
} from './login.ts'
export { type LoginMessageView, type LoginRunView, type LoginView, loginView } from './login-view.ts'
