// Command sign has minio-go and the AWS SDK for Go sign requests and writes what they would send as JSON lines.
package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awscredentials "github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

type cases struct {
	Bucket, AccessKey, SecretKey, Region string
	Keys                                 []string
	Lists                                []struct{ Prefix, Delimiter, StartAfter string }
	Sizes                                []int
}

type line struct {
	Signer  string            `json:"signer"`
	Case    string            `json:"case"`
	Method  string            `json:"method,omitempty"`
	Target  string            `json:"target,omitempty"`
	Headers [][2]string       `json:"headers,omitempty"`
	Body    string            `json:"body,omitempty"`
	Decoded *string           `json:"decoded,omitempty"`
	Form    map[string]string `json:"form,omitempty"`
}

type recorder struct {
	signer, name string
	decoded      []byte
}

func packed(data []byte) string {
	var buffer bytes.Buffer
	writer := gzip.NewWriter(&buffer)
	writer.Write(data)
	writer.Close()
	return base64.StdEncoding.EncodeToString(buffer.Bytes())
}

func emit(l line) {
	text, err := json.Marshal(l)
	if err != nil {
		panic(err)
	}
	fmt.Println(string(text))
}

func (r *recorder) RoundTrip(request *http.Request) (*http.Response, error) {
	var body []byte
	if request.Body != nil {
		body, _ = io.ReadAll(request.Body)
	}
	l := line{Signer: r.signer, Case: r.name, Method: request.Method, Target: request.URL.RequestURI(), Body: packed(body)}
	host := request.Host
	if host == "" {
		host = request.URL.Host
	}
	l.Headers = append(l.Headers, [2]string{"Host", host})
	if len(body) > 0 {
		l.Headers = append(l.Headers, [2]string{"Content-Length", fmt.Sprint(len(body))})
	}
	for name, values := range request.Header {
		if http.CanonicalHeaderKey(name) == "Content-Length" {
			continue
		}
		for _, value := range values {
			l.Headers = append(l.Headers, [2]string{name, value})
		}
	}
	if strings.HasPrefix(request.Header.Get("X-Amz-Content-Sha256"), "STREAMING-") {
		decoded := packed(r.decoded)
		l.Decoded = &decoded
	}
	emit(l)
	header := http.Header{"Etag": {`"x"`}, "Last-Modified": {"Fri, 24 May 2013 00:00:00 GMT"}, "Content-Length": {"0"}}
	return &http.Response{StatusCode: 200, Header: header, Body: io.NopCloser(strings.NewReader("")), Request: request}, nil
}

func version(path string) string {
	info, _ := debug.ReadBuildInfo()
	for _, module := range info.Deps {
		if module.Path == path {
			return module.Version
		}
	}
	return "?"
}

func presigned(signer, name, text string) {
	u, err := url.Parse(text)
	if err != nil {
		panic(err)
	}
	emit(line{Signer: signer, Case: name, Method: "GET", Target: u.RequestURI(), Headers: [][2]string{{"Host", u.Host}},
		Body: packed(nil)})
}

func withMinio(c cases, secure, trailing bool) {
	ctx := context.Background()
	r := &recorder{signer: "minio-go " + version("github.com/minio/minio-go/v7")}
	client, err := minio.New("objects.example:9000", &minio.Options{
		Creds: credentials.NewStaticV4(c.AccessKey, c.SecretKey, ""), Secure: secure, Region: c.Region, Transport: r,
		TrailingHeaders: trailing, BucketLookup: minio.BucketLookupPath})
	if err != nil {
		panic(err)
	}
	for _, key := range c.Keys {
		r.name = "head " + key
		client.StatObject(ctx, c.Bucket, key, minio.StatObjectOptions{})
		r.name, r.decoded = "put "+key, []byte("hello world")
		client.PutObject(ctx, c.Bucket, key, bytes.NewReader(r.decoded), 11, minio.PutObjectOptions{})
		if u, err := client.PresignedGetObject(ctx, c.Bucket, key, time.Hour, url.Values{"response-content-type": {"a b"}}); err == nil {
			presigned(r.signer, "presigned GET "+key, u.String())
		}
	}
	for _, listing := range c.Lists {
		r.name = "list"
		for range client.ListObjects(ctx, c.Bucket, minio.ListObjectsOptions{Prefix: listing.Prefix, StartAfter: listing.StartAfter}) {
		}
	}
	for _, size := range c.Sizes {
		r.name, r.decoded = fmt.Sprintf("put %d", size), bytes.Repeat([]byte("a"), size)
		client.PutObject(ctx, c.Bucket, "body", bytes.NewReader(r.decoded), int64(size), minio.PutObjectOptions{
			UserMetadata: map[string]string{"some": "inner  spaces"}, ContentType: "text/plain;charset=utf-8"})
		if trailing {
			r.name = fmt.Sprintf("put %d with trailer", size)
			client.PutObject(ctx, c.Bucket, "body", bytes.NewReader(r.decoded), int64(size), minio.PutObjectOptions{
				Checksum: minio.ChecksumCRC32C})
		}
	}
	policy := minio.NewPostPolicy()
	policy.SetBucket(c.Bucket)
	policy.SetKeyStartsWith("up/")
	policy.SetExpires(time.Now().UTC().Add(time.Hour))
	policy.SetContentLengthRange(1, 99)
	if _, form, err := client.PresignedPostPolicy(ctx, policy); err == nil {
		form["key"] = "up/x"
		emit(line{Signer: r.signer, Case: "form", Form: form})
	}
}

func withAws(c cases, scheme string) {
	ctx := context.Background()
	r := &recorder{signer: "aws-sdk-go-v2 s3 " + version("github.com/aws/aws-sdk-go-v2/service/s3")}
	client := s3.New(s3.Options{
		Region: c.Region, BaseEndpoint: aws.String(scheme + "://objects.example:9000"), UsePathStyle: true,
		Credentials: awscredentials.NewStaticCredentialsProvider(c.AccessKey, c.SecretKey, ""),
		HTTPClient:  &http.Client{Transport: r}})
	presigner := s3.NewPresignClient(client)
	for _, key := range c.Keys {
		r.name = "get " + key
		client.GetObject(ctx, &s3.GetObjectInput{Bucket: &c.Bucket, Key: &key})
		r.name, r.decoded = "put "+key, []byte("hello world")
		client.PutObject(ctx, &s3.PutObjectInput{Bucket: &c.Bucket, Key: &key, Body: bytes.NewReader(r.decoded)})
		if u, err := presigner.PresignGetObject(ctx, &s3.GetObjectInput{Bucket: &c.Bucket, Key: &key}); err == nil {
			presigned(r.signer, "presigned GET "+key, u.URL)
		}
	}
	for _, listing := range c.Lists {
		r.name = "list"
		client.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: &c.Bucket, Prefix: &listing.Prefix, Delimiter: &listing.Delimiter, StartAfter: &listing.StartAfter})
	}
	for _, size := range c.Sizes {
		r.name, r.decoded = fmt.Sprintf("put %d", size), bytes.Repeat([]byte("a"), size)
		client.PutObject(ctx, &s3.PutObjectInput{Bucket: &c.Bucket, Key: aws.String("body"), Body: bytes.NewReader(r.decoded),
			Metadata: map[string]string{"some": "inner  spaces"}, ContentType: aws.String("text/plain;charset=utf-8")})
	}
}

func main() {
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		panic(err)
	}
	var c cases
	if err := json.Unmarshal(text, &c); err != nil {
		panic(err)
	}
	withMinio(c, false, false)
	withMinio(c, false, true)
	withMinio(c, true, true)
	withAws(c, "http")
	withAws(c, "https")
}
