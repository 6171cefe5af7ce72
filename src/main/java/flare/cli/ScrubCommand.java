package flare.cli;

import flare.admin.ScrubStatus;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "scrub",
        mixinStandardHelpOptions = true,
        description = "Shows and orders the check of every copy of every chunk.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  flare scrub status     how far the pass is, and what was found",
            "  flare scrub start      check everything now, from the start, as fast as flare.repair.rate allows",
            "  flare scrub pause      rest where it is",
            "  flare scrub resume"
        })
@SuppressWarnings("NullAway.Init") // set by picocli
final class ScrubCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "what about scrubbing? status, start, pause and resume are allowed");
    }

    @Command(
            name = "status",
            mixinStandardHelpOptions = true,
            description = "Shows how far it is, as of some seconds ago. Exit status 1 if a chunk has no good copy.")
    int status(@Mixin AdminConnection server) {
        return exitStatus(server.get("/admin/scrub", ScrubStatus.class, ScrubCommand::print));
    }

    @Command(
            name = "start",
            mixinStandardHelpOptions = true,
            description = "Begins a pass now, anew where one is under way; ends a pause. Does not wait for it.")
    void start(@Mixin AdminConnection server) {
        post(server, "start");
    }

    @Command(
            name = "pause",
            mixinStandardHelpOptions = true,
            description = "Rests where it is, until 'resume' or 'start'.")
    void pause(@Mixin AdminConnection server) {
        post(server, "pause");
    }

    @Command(name = "resume", mixinStandardHelpOptions = true, description = "Goes on where it rested.")
    void resume(@Mixin AdminConnection server) {
        post(server, "resume");
    }

    private static void post(AdminConnection server, String order) {
        server.post("/admin/scrub/" + order, ScrubStatus.class, ScrubCommand::print);
    }

    private static int exitStatus(ScrubStatus status) {
        return damaged(status.pass()) + damaged(status.last()) > 0 ? FlareCommand.REFUSED : 0;
    }

    private static long damaged(ScrubStatus.@Nullable Pass pass) {
        return pass == null ? 0 : pass.damaged();
    }

    private static void print(ScrubStatus status, PrintWriter out) {
        out.println("state     " + status.state() + (status.byHand() ? ", by hand" : ""));
        out.println("holds     " + status.heldCopies() + " copies, " + Text.bytes(status.heldBytes()) + "; checked at "
                + Text.bytes(status.bytesPerSecond()) + " a second");
        if (status.pass() != null) {
            out.println("pass      since " + status.pass().started() + ": " + checked(status.pass()));
        }
        if (status.last() != null) {
            out.println("last      " + status.last().started() + " to "
                    + status.last().ended() + ": " + checked(status.last()));
        }
        if (status.next() != null) {
            out.println("next      from " + status.next());
        }
    }

    private static String checked(ScrubStatus.Pass pass) {
        return pass.copies() + " copies, " + Text.bytes(pass.bytes()) + "; " + pass.corrupt() + " corrupt, "
                + pass.missing() + " missing"
                + (pass.kept() == 0 ? "" : ", " + pass.kept() + " of them kept")
                + (pass.unanswered() == 0 ? "" : ", " + pass.unanswered() + " not answered")
                + (pass.damaged() == 0 ? "" : "; " + pass.damaged() + " CHUNKS WITHOUT A GOOD COPY");
    }
}
