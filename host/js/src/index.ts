/** The three Chargetap components: load them, call them. The types are those of the contract, by its interfaces. */

export type { Trust } from "./bundle.js";
export {
  ComponentFault,
  ConfigurationError,
  ContractError,
  LoadError,
  ProblemError,
  PublicKeyError,
  RefusalError,
  RejectionError,
  type Flaw,
} from "./errors.js";
export { Plugins, Receipts, type EndpointKeys } from "./plugins.js";
export { Secret } from "./secret.js";
export type * as callback from "./components/interfaces/chargetap-types-callback.js";
export type * as money from "./components/interfaces/chargetap-types-money.js";
export type * as receipt from "./components/interfaces/chargetap-types-receipt.js";
export type * as screen from "./components/interfaces/chargetap-types-screen.js";
export type * as session from "./components/interfaces/chargetap-types-session.js";
export type * as terminal from "./components/interfaces/chargetap-types-terminal.js";
