/** Why a subscription ended although the client goes on and subscribes again. */
export interface DisconnectReason {
  code:
    | 'StreamEnded'
    | 'FramingError'
    | 'HeartbeatsLost'
    | 'QueueOverflow'
    /** The master does not know this session (any more). */
    | 'SessionStale'
    /** A call was answered by a master that does not lead. */
    | 'LeadershipMoved'
    /** The detector announced another leader. */
    | 'LeaderChanged'
    /** Two calls in a row ended with an unknown outcome. */
    | 'CallsFailing'
    /** ERROR event that does not forbid to come back. */
    | 'MasterError'
    /** Part of a fatal end: `onFatal` follows. */
    | 'Fatal';
  message: string;
}

/** Why the client stopped for good. Only `start` brings it back, and only a person or an election should. */
export interface FatalError {
  /**
   * `abdicate`: another instance has taken over the framework, give up leadership. `stop`: somebody has to mend
   * something first.
   */
  reaction: 'abdicate' | 'stop';
  code:
    | 'FailedOver'
    | 'FrameworkRemoved'
    | 'PrincipalChanged'
    | 'InvalidRoles'
    | 'RootSubmissionsDisabled'
    | 'InvalidSuppressedRoles'
    | 'InvalidFailoverTimeout'
    | 'InvalidCredentials'
    | 'MasterTooOld'
    /** A handler threw: its event was not processed and must not be passed over. */
    | 'HandlerFailed';
  message: string;
}

/** Something an operator should know of, while the client keeps trying. */
export interface Alert {
  code:
    | 'Unauthorized'
    | 'SubscribeRejected'
    | 'NotAuthorizedByMaster'
    | 'OfferConstraintsDropped'
    | 'RepeatedErrors'
    | 'QueueOverflow'
    /** Half of the failover time-out, or more, has passed without a subscription. */
    | 'FailoverTimeoutNear';
  message: string;
}
