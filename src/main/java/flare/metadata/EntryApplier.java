package flare.metadata;

import flare.model.FlareException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Applies the commands of one log entry to its batch, in order. Pure but for the rows it reads and writes. */
final class EntryApplier {

    private final Applying entry;
    private final ClusterCommands cluster;
    private final SessionCommands sessions;
    private final CopyCommands copies;
    private final BucketCommands buckets;
    private final ObjectCommands objects;
    private final MultipartCommands uploads;
    private final UserCommands users;
    private final WorkerCommands workers;
    private final SpaceCommands space;

    EntryApplier(Applying entry) {
        this.entry = entry;
        this.workers = new WorkerCommands(entry);
        this.cluster = new ClusterCommands(entry.batch(), workers);
        this.sessions = new SessionCommands(entry);
        this.copies = new CopyCommands(entry, cluster);
        this.buckets = new BucketCommands(entry);
        this.objects = new ObjectCommands(entry, cluster, sessions, copies, buckets);
        this.uploads = new MultipartCommands(entry, buckets, objects);
        this.users = new UserCommands(entry);
        this.space = new SpaceCommands(entry, objects.references());
    }

    List<Outcome> apply(List<Envelope> commands) {
        List<Outcome> outcomes = new ArrayList<>(commands.size());
        for (int place = 0; place < commands.size(); place++) {
            entry.at(place);
            outcomes.add(once(commands.get(place)));
        }
        return outcomes;
    }

    private Outcome once(Envelope envelope) {
        // Ending a session twice is the same as once, and must work for one that has ended.
        boolean repeatable = envelope.session() == 0
                || envelope.command() instanceof Command.CloseSession
                || envelope.command() instanceof Command.ExpireSession;
        if (repeatable) {
            return attempt(envelope.command());
        }
        Optional<Outcome> known = sessions.known(envelope);
        if (known.isPresent()) {
            return known.get();
        }
        Outcome outcome = attempt(envelope.command());
        sessions.keep(envelope, outcome);
        return outcome;
    }

    private Outcome attempt(Command<?> command) {
        try {
            CommandCheck.check(command);
            return new Outcome.Accepted(execute(command));
        } catch (FlareException refused) {
            return SessionCommands.refusal(refused);
        }
    }

    private Object execute(Command<?> command) {
        if (command instanceof Command.PutObject put) {
            return objects.put(put);
        } else if (command instanceof Command.DeleteObject delete) {
            return objects.delete(delete);
        } else if (command instanceof Command.CreateBucket create) {
            return buckets.create(create);
        } else if (command instanceof Command.DeleteBucket delete) {
            return buckets.delete(delete);
        } else if (command instanceof Command.SetVersioning set) {
            return buckets.setVersioning(set);
        } else if (command instanceof Command.SetDocument set) {
            return buckets.setDocument(set);
        } else if (command instanceof Command.CopyObject copy) {
            return objects.copy(copy);
        } else if (command instanceof Command.AmendVersion amend) {
            return objects.amend(amend);
        }
        return executeOnUploads(command);
    }

    private Object executeOnUploads(Command<?> command) {
        if (command instanceof Command.PutPart put) {
            return uploads.put(put);
        } else if (command instanceof Command.CopyPart copy) {
            return uploads.copy(copy);
        } else if (command instanceof Command.CreateUpload create) {
            return uploads.create(create);
        } else if (command instanceof Command.CompleteUpload complete) {
            return uploads.complete(complete);
        } else if (command instanceof Command.AbortUpload abort) {
            return uploads.abort(abort.upload());
        } else if (command instanceof Command.ExpireUploads expire) {
            return uploads.expire(expire);
        }
        return executeOnUsers(command);
    }

    private Object executeOnUsers(Command<?> command) {
        if (command instanceof Command.CreateUser create) {
            return users.create(create);
        } else if (command instanceof Command.RemoveUser remove) {
            return users.remove(remove.user());
        } else if (command instanceof Command.EnableUser enable) {
            return users.enable(enable);
        } else if (command instanceof Command.AddUserKey add) {
            return users.addKey(add);
        } else if (command instanceof Command.RemoveUserKey remove) {
            return users.removeKey(remove);
        } else if (command instanceof Command.EnableUserKey enable) {
            return users.enableKey(enable);
        } else if (command instanceof Command.SetUserPolicy set) {
            return users.setPolicy(set);
        }
        return executeOnSessions(command);
    }

    private Object executeOnSessions(Command<?> command) {
        if (command instanceof Command.OpenSession open) {
            return sessions.open(open, cluster.cluster());
        } else if (command instanceof Command.RenewSession renew) {
            return sessions.renew(renew, copies);
        } else if (command instanceof Command.CloseSession close) {
            return sessions.end(close.session());
        } else if (command instanceof Command.ExpireSession expire) {
            entry.fence(expire.term());
            return sessions.end(expire.session());
        }
        return executeOnCopies(command);
    }

    private Object executeOnCopies(Command<?> command) {
        if (command instanceof Command.FreeBlob free) {
            return copies.freeBlob(free);
        } else if (command instanceof Command.FreeOrphans free) {
            return copies.freeOrphans(free);
        } else if (command instanceof Command.AdoptCopies adopt) {
            return copies.adopt(adopt);
        } else if (command instanceof Command.ClearFreed clear) {
            return copies.clearFreed(clear);
        } else if (command instanceof Command.PlanCopy plan) {
            return copies.plan(plan);
        } else if (command instanceof Command.CommitCopy commit) {
            return copies.commit(commit);
        } else if (command instanceof Command.AbandonCopy abandon) {
            return copies.abandon(abandon);
        } else if (command instanceof Command.DropCopy drop) {
            return copies.drop(drop);
        }
        return executeOnCluster(command);
    }

    private Object executeOnCluster(Command<?> command) {
        if (command instanceof Command.InitCluster init) {
            return cluster.init(init, buckets);
        } else if (command instanceof Command.AddNode add) {
            return cluster.add(add);
        } else if (command instanceof Command.UpdateNode update) {
            return cluster.update(update);
        } else if (command instanceof Command.MarkLost mark) {
            mark.term().ifPresent(entry::fence);
            return cluster.markLost(mark);
        } else if (command instanceof Command.ReturnNode back) {
            entry.fence(back.term());
            return cluster.takeBack(back);
        } else if (command instanceof Command.PlaceNode place) {
            return cluster.place(place);
        } else if (command instanceof Command.SetNodeState set) {
            return cluster.setState(set);
        } else if (command instanceof Command.RaiseFeatureLevel raise) {
            return cluster.raise(raise);
        } else if (command instanceof Command.SetClusterSettings set) {
            return cluster.set(set);
        } else if (command instanceof Command.AlignChunks align) {
            return copies.align(align);
        } else if (command instanceof Command.CountSpace count) {
            return space.count(count);
        } else if (command instanceof Command.SaveCursor save) {
            return workers.save(save);
        } else if (command instanceof Command.OrderWorker order) {
            return workers.order(order);
        }
        throw new AssertionError("no effect of " + command.getClass());
    }
}
