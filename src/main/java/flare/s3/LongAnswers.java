package flare.s3;

import flare.model.FlareException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpEntity;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers of work that may take longer than a connection waits. Done in time, it has the status it deserves. Else 200 goes out
 * with the document's first line, then white space each so often, and its document once there is one: a refusal then stands
 * in the body, as <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html">S3</a> has it.
 * Headers that only the end knows, such as a version's id, are missing from a late answer.
 */
final class LongAnswers {

    private static final Logger LOG = LoggerFactory.getLogger(LongAnswers.class);
    private static final ByteString SPACE = ByteString.fromString("\n");
    private static final String DECLARATION_END = "?>";

    private final Duration patience;
    private final Materializer materializer;

    /** @param patience how long work may take before the answer begins, and then how long nothing is sent */
    LongAnswers(Duration patience, Materializer materializer) {
        this.patience = patience;
        this.materializer = materializer;
    }

    /** @param work its answer is an XML document in memory */
    CompletionStage<HttpResponse> answer(S3Request request, CompletionStage<HttpResponse> work) {
        CompletableFuture<HttpResponse> answer = new CompletableFuture<>();
        Cancellable timer = materializer
                .system()
                .scheduler()
                .scheduleOnce(
                        patience,
                        () -> answer.complete(begun(request, work)),
                        materializer.system().dispatcher());
        work.whenComplete((response, failure) -> {
            timer.cancel();
            if (failure == null) {
                answer.complete(response);
            } else {
                answer.completeExceptionally(failure);
            }
        });
        return answer;
    }

    private HttpResponse begun(S3Request request, CompletionStage<HttpResponse> work) {
        String document = new String(XmlWriter.document(out -> out.open("Any")), StandardCharsets.UTF_8);
        ByteString declaration = ByteString.fromString(document.substring(0, afterDeclaration(document)));
        CompletionStage<ByteString> rest = work.handle((response, failure) -> rest(request, response, failure));
        // Only the rest is kept alive: white space before the declaration would make it none.
        Source<ByteString, ?> bytes =
                Source.single(declaration).concat(Source.completionStage(rest).keepAlive(patience, () -> SPACE));
        return Responses.empty(200)
                .withEntity(HttpEntities.createChunked(
                        MediaTypes.APPLICATION_XML.toContentTypeWithMissingCharset(), bytes));
    }

    private static ByteString rest(S3Request request, @Nullable HttpResponse response, @Nullable Throwable failure) {
        HttpResponse known = response != null ? response : late(request, failure);
        String document = ((HttpEntity.Strict) known.entity()).getData().utf8String();
        return ByteString.fromString(document.substring(afterDeclaration(document)));
    }

    private static HttpResponse late(S3Request request, @Nullable Throwable failure) {
        FlareException refusal = Refusals.of(
                failure == null ? new IllegalStateException("work ended with neither answer nor failure") : failure);
        Refusals.log(request.id(), refusal);
        LOG.info("Request {} was refused in the body of a 200: {}", request.id(), refusal.getMessage());
        return Responses.error(refusal, request.target().rawPath(), request.id(), Optional.empty());
    }

    private static int afterDeclaration(String document) {
        return document.indexOf(DECLARATION_END) + DECLARATION_END.length();
    }
}
