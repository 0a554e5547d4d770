"""Pages for people as template.yaml serves them, and as they are published."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import boto3
import pytest

from local.pages import PAGES, page, security_policy
from local.publish import NEEDED, NoPages, outputs_of, publish
from local.stack import Stack
from tests.browser import spare_words
from tests.templates import REGION, resolved
from vinreader.advice import KINDS
from vinreader.defects import DEFECTS

OURS = ("PagesBucket", "PagesBucketPolicy", "PagesAccess", "PagesHeaders", "PagesDistribution")
ORIGIN = {"Fn::Sub": "https://${PagesDistribution.DomainName}"}
OUTPUTS = {
    "ApiUrl": f"https://a1b2c3.execute-api.{REGION}.amazonaws.com",
    "AuthorizeUrl": f"https://vinreader-1.auth.{REGION}.amazoncognito.com/oauth2/authorize",
    "TokenUrl": f"https://vinreader-1.auth.{REGION}.amazoncognito.com/oauth2/token",
    "PagesBucketName": "pages-of-a-test",
    "PagesClientId": "client-of-pages",
    "PagesUrl": "https://d111.cloudfront.net/",
    "PhotosOrigin": f"https://photos-of-a-test.s3.{REGION}.amazonaws.com",
}


@pytest.fixture(scope="module")
def headers(resources: dict[str, Any]) -> dict[str, Any]:
    """What CloudFront adds to every answer."""
    names = {"AWS::URLSuffix": "amazonaws.com"}
    return resolved(resources["PagesHeaders"]["Properties"]["ResponseHeadersPolicyConfig"], names)


def test_there_are_none_unless_they_are_wanted(
    template: dict[str, Any], resources: dict[str, Any]
) -> None:
    assert template["Parameters"]["Pages"]["Default"] == "off"
    assert template["Conditions"]["HasPages"] == {"Fn::Equals": [{"Ref": "Pages"}, "on"]}
    for name in (*OURS, "PagesClient"):
        assert resources[name]["Condition"] == "HasPages"
    outputs = {name for name in NEEDED if name not in ("ApiUrl", "TokenUrl")}
    assert {template["Outputs"][name]["Condition"] for name in outputs} == {"HasPages"}
    (rule,) = template["Rules"].values()
    assert rule["RuleCondition"] == template["Conditions"]["HasPages"]
    assert rule["Assertions"][0]["Assert"] == template["Conditions"]["MakesUserPool"]


def test_the_bucket_is_open_to_the_distribution_alone(resources: dict[str, Any]) -> None:
    bucket = resources["PagesBucket"]["Properties"]
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    statements = resources["PagesBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    (allowed,) = (one for one in statements if one["Effect"] == "Allow")
    assert allowed["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    assert allowed["Action"] == "s3:GetObject"
    source = allowed["Condition"]["StringEquals"]["aws:SourceArn"]["Fn::Sub"]
    assert source.endswith(":${AWS::AccountId}:distribution/${PagesDistribution}")
    (denied,) = (one for one in statements if one["Effect"] == "Deny")
    assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    distribution = resources["PagesDistribution"]["Properties"]["DistributionConfig"]
    (origin,) = distribution["Origins"]
    assert origin["OriginAccessControlId"] == {"Ref": "PagesAccess"}
    access = resources["PagesAccess"]["Properties"]["OriginAccessControlConfig"]
    assert (access["SigningBehavior"], access["SigningProtocol"]) == ("always", "sigv4")
    behaviour = distribution["DefaultCacheBehavior"]
    assert behaviour["ViewerProtocolPolicy"] == "redirect-to-https"
    assert behaviour["AllowedMethods"] == ["GET", "HEAD"]
    assert behaviour["ResponseHeadersPolicyId"] == {"Ref": "PagesHeaders"}


def test_scripts_come_from_the_pages_alone(headers: dict[str, Any]) -> None:
    policy = headers["SecurityHeadersConfig"]["ContentSecurityPolicy"]["ContentSecurityPolicy"]
    parts = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert parts["default-src"] == "'none'"
    assert parts["script-src"] == parts["style-src"] == "'self'"
    assert parts["frame-ancestors"] == parts["base-uri"] == parts["form-action"] == "'none'"
    assert "unsafe" not in policy
    assert not re.search(r"(^|\s)(\*|https?:)(\s|;|$)", policy), "no host goes unnamed"
    for name in ("connect-src", "img-src"):
        hosts = [one for one in parts[name].split() if one.startswith("https:")]
        assert hosts
        assert all(f".{REGION}." in host for host in hosts)


def test_this_machine_sends_the_same_headers(headers: dict[str, Any]) -> None:
    local = page("/", "https://photos.example")
    assert local
    for item in headers["CustomHeadersConfig"]["Items"]:
        assert local.headers[item["Header"]] == item["Value"]
    security = headers["SecurityHeadersConfig"]
    assert local.headers["X-Frame-Options"] == security["FrameOptions"]["FrameOption"]
    assert local.headers["Referrer-Policy"] == security["ReferrerPolicy"]["ReferrerPolicy"]
    assert security["ContentTypeOptions"] == {"Override": True}
    directives = [
        [part.split()[0] for part in policy.split(";")]
        for policy in (
            local.headers["Content-Security-Policy"],
            security["ContentSecurityPolicy"]["ContentSecurityPolicy"],
        )
    ]
    assert directives[0] == directives[1]


def test_only_the_pages_call_from_a_browser(resources: dict[str, Any]) -> None:
    has, rules, none = resources["PhotosBucket"]["Properties"]["CorsConfiguration"]["Fn::If"]
    assert (has, none) == ("HasPages", {"Ref": "AWS::NoValue"})
    (rule,) = rules["CorsRules"]
    assert rule["AllowedOrigins"] == [ORIGIN]
    assert rule["AllowedMethods"] == ["POST"]
    cors = resources["HttpApi"]["Properties"]["CorsConfiguration"]
    assert cors["AllowOrigins"] == [{"Fn::If": ["HasPages", ORIGIN, "https://pages.invalid"]}]
    assert set(cors["AllowHeaders"]) == {"authorization", "content-type", "if-match"}
    assert cors["AllowMethods"] == ["GET", "POST", "PUT"]
    # What a script may see of an answer beside its body.
    scripts = "".join(file.read_text(encoding="utf-8") for file in files("js"))
    asked = set(re.findall(r'\bheaders\.get\("([\w-]+)"\)', scripts))
    assert asked == {"retry-after"} == set(cors["ExposeHeaders"])
    assert "AllowCredentials" not in cors


def test_people_sign_in_with_pkce_and_may_not_delete(resources: dict[str, Any]) -> None:
    client = resources["PagesClient"]["Properties"]
    assert client["GenerateSecret"] is False
    assert client["AllowedOAuthFlows"] == ["code"]
    assert "readings/delete" not in client["AllowedOAuthScopes"]
    scripts = "".join((PAGES / f"js/{name}.js").read_text() for name in ("capture", "desk"))
    asked = set(re.findall(r'"(readings/\w+)"', scripts))
    assert asked <= set(client["AllowedOAuthScopes"])
    assert {url["Fn::Sub"] for url in client["CallbackURLs"]} == {
        f"{ORIGIN['Fn::Sub']}/{name}" for name in ("", "index.html", "desk.html")
    }


def test_every_file_is_published_with_the_settings_of_the_stack(stack: Stack) -> None:
    s3 = boto3.client("s3")
    s3.create_bucket(
        Bucket=OUTPUTS["PagesBucketName"],
        CreateBucketConfiguration={"LocationConstraint": "eu-central-1"},
    )
    names = publish(OUTPUTS)
    assert names == sorted(
        path.relative_to(PAGES).as_posix() for path in PAGES.rglob("*") if path.is_file()
    )
    fetched = {name: s3.get_object(Bucket=OUTPUTS["PagesBucketName"], Key=name) for name in names}
    config = json.loads(fetched["config.json"]["Body"].read())
    assert config["api"] == OUTPUTS["ApiUrl"]
    assert config["auth"]["client_id"] == OUTPUTS["PagesClientId"]
    index = fetched["index.html"]["Body"].read().decode()
    policy = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]+)"', index)
    hosts = f"{OUTPUTS['PhotosOrigin']} {OUTPUTS['ApiUrl']}"
    assert policy
    assert hosts in policy[0]
    assert "*" not in policy[0]
    assert security_policy(OUTPUTS["PhotosOrigin"]).split(";")[0] in policy[0]
    assert fetched["js/capture.js"]["ContentType"] == "text/javascript; charset=utf-8"
    assert fetched["icon.svg"]["ContentType"] == "image/svg+xml"
    assert fetched["words/en.json"]["ContentType"] == "application/json"


def test_a_stack_without_pages_is_told(stack: Stack) -> None:
    client = boto3.client("cloudformation")
    output = {"ApiUrl": {"Value": "https://api.example"}}
    queue = {"Type": "AWS::SQS::Queue", "Properties": {}}
    body = json.dumps({"Resources": {"Queue": queue}, "Outputs": output})
    client.create_stack(StackName="without-pages", TemplateBody=body)
    with pytest.raises(NoPages, match=r"without-pages lacks AuthorizeUrl.*Pages=on"):
        outputs_of("without-pages")


def files(ending: str) -> list[Path]:
    found = sorted(PAGES.rglob(f"*.{ending}"))
    assert found
    return found


def test_pages_fetch_nothing_from_elsewhere() -> None:
    for file in [*files("html"), *files("css"), *files("js")]:
        text = file.read_text(encoding="utf-8")
        addresses = set(re.findall(r"https?://[\w./-]+", text))
        assert addresses <= {"http://www.w3.org/2000/svg"}, file
        assert not re.search(r"\son\w+=|style=\"|javascript:|innerHTML|eval\(", text), file


def test_files_are_small() -> None:
    for file in [*files("js"), *files("html"), *files("css")]:
        assert len(file.read_text(encoding="utf-8").splitlines()) <= 250, file


def test_scripts_are_well_formed() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("no Node.js on this machine, which checks the syntax of scripts")
    for file in files("js"):
        checked = subprocess.run([node, "--check", file], capture_output=True, text=True)
        assert checked.returncode == 0, checked.stderr


def test_every_language_says_everything() -> None:
    texts = {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in files("json")}
    del texts["config"]
    spare = spare_words()
    assert set(spare) == set(texts)
    for language, told in texts.items():
        assert not set(spare[language]) & set(told), "each sentence stands in one place"
        told.update(spare[language])
    english = texts["en"]
    script = (PAGES / "js/words.js").read_text(encoding="utf-8")
    assert set(texts) == set(re.findall(r'\b([a-z]{2}): "', script))
    for language, told in texts.items():
        assert list(told) == list(english), language
        for key, sentence in english.items():
            braces = sorted(re.findall(r"{\w+}", sentence))
            assert sorted(re.findall(r"{\w+}", told[key])) == braces, (language, key)
    assert {f"advice.{kind}" for kind in KINDS} <= set(english)
    assert {f"defect.{kind}" for kind in DEFECTS} <= set(english)
    for file in files("html"):
        text = file.read_text(encoding="utf-8")
        named = re.findall(r'data-say(?:-label)?="([\w.]+)"', text)
        assert named
        assert set(named) <= set(english), file
